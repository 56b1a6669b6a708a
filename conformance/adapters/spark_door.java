/*
 * The far half of the Spark door: what happens inside the JVM, one round trip for each call of the door.
 *
 * Janino, which every Spark carries for its generated code, compiles it at the start: no JDK is needed. Janino knows
 * neither lambdas nor generics; what differs between Spark lines is reached by reflection, so that one text fits all.
 */
package conformance;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.WeakReference;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.python.PythonUtils;
import org.apache.spark.api.python.PythonWorkerFactory;
import scala.Option;
import scala.Tuple2;

public final class SparkDoor {

    /** Up to Spark 3.5 the constructor takes two arguments and reads the rest from the configuration. */
    private static final int OLD_ARITY = 2;
    private static final int NEW_ARITY = 5;
    /** Spark 3.0 - 4.3 PythonWorkerFactory.IDLE_WORKER_TIMEOUT_NS. */
    private static final long IDLE_TIMEOUT_NS = 60000000000L;
    private static final String LAST_ACTIVITY = "org$apache$spark$api$python$PythonWorkerFactory$$lastActivityNs";
    /** Its name in Spark 2.4, which counts milliseconds of the calendar. */
    private static final String LAST_ACTIVITY_MS = "lastActivity";
    private static final String SOCKET_DIR = "spark.python.unix.domain.socket.dir";

    private final Conversation conversation = new Conversation();
    /** The strong reference to each worker: the factory's own registry is weak. */
    private final Map workers = new HashMap();
    private final Map names = new HashMap();
    private final Map owners = new HashMap();
    private final Set envFactories = new HashSet();
    /** Guards the configuration that all factories share while one is made. */
    private final Object making = new Object();
    private int lastWorker = 0;
    private SparkConf conf;
    private SparkContext context;
    private Constructor constructor;

    /** Take over the context. */
    public void take(SparkConf itsConf, SparkContext itsContext) throws Exception {
        conf = itsConf;
        context = itsContext;
        Constructor[] all = PythonWorkerFactory.class.getConstructors();
        for (int i = 0; i < all.length; i++) {
            int arity = all[i].getParameterTypes().length;
            if (arity == OLD_ARITY || arity == NEW_ARITY) constructor = all[i];
        }
    }

    private boolean isOld() {
        return constructor.getParameterTypes().length == OLD_ARITY;
    }

    /** Make a factory; the settings hold for its constructor alone. Pairs are separated by NUL. */
    public Object newFactory(String exec, String workerModule, String daemonModule, String env, boolean useDaemon,
            String settings) throws Throwable {
        Object[] arguments = isOld()
            ? new Object[] {exec, scalaMap(env)}
            : new Object[] {exec, workerModule, daemonModule, scalaMap(env), Boolean.valueOf(useDaemon)};
        Map wanted = pairs(settings);
        synchronized (making) {
            Map before = change(wanted);
            try {
                Object factory = constructor.newInstance(arguments);
                if (wanted.containsKey(SOCKET_DIR)) call(field(factory, "authHelper"), "sockDir", new Object[0]);
                return factory;
            } catch (InvocationTargetException error) {
                throw error.getCause();
            } finally {
                change(before);
            }
        }
    }

    /** Set each setting in the live configuration (null removes it) and return what was there before. */
    private Map change(Map settings) throws Throwable {
        SparkConf live = (SparkConf) virtual("conf", SparkConf.class, new Class[0], new Object[0]);
        Map before = new HashMap();
        for (Iterator i = settings.keySet().iterator(); i.hasNext();) {
            String key = (String) i.next();
            String value = (String) settings.get(key);
            before.put(key, live.contains(key) ? live.get(key) : null);
            if (value == null) live.remove(key); else live.set(key, value);
        }
        return before;
    }

    public String create(PythonWorkerFactory factory) throws Throwable {
        return handOut(factory.create(), factory);
    }

    /** Release a worker; unless the time-out is negative, set the clock of the pool back so that it holds. */
    public void release(PythonWorkerFactory factory, String worker, double idleTimeoutSeconds) throws Throwable {
        call(factory, "releaseWorker", new Object[] {worker(worker)});
        if (idleTimeoutSeconds < 0) return;
        long sinceNs = IDLE_TIMEOUT_NS - (long) (idleTimeoutSeconds * 1e9);
        try {
            clock(LAST_ACTIVITY).setLong(factory, System.nanoTime() - sinceNs);
        } catch (NoSuchFieldException spark24) {
            clock(LAST_ACTIVITY_MS).setLong(factory, System.currentTimeMillis() - sinceNs / 1000000L);
        }
    }

    private static Field clock(String name) throws NoSuchFieldException {
        Field clock = PythonWorkerFactory.class.getDeclaredField(name);
        clock.setAccessible(true);
        return clock;
    }

    public void stopWorker(PythonWorkerFactory factory, String worker) throws Throwable {
        call(factory, "stopWorker", new Object[] {worker(worker)});
    }

    /** From Spark 4.0 on. */
    public boolean isWorkerStopped(PythonWorkerFactory factory, String worker) throws Throwable {
        return ((Boolean) call(factory, "isWorkerStopped", new Object[] {worker(worker)})).booleanValue();
    }

    /** Up to Spark 3.1 the worker alone is made, from 3.2 on a pair of worker and handle. */
    private String handOut(Object made, Object owner) throws Throwable {
        Object worker = made instanceof Tuple2 ? ((Tuple2) made)._1() : made;
        Option handle = Option.apply(null);
        if (made instanceof Tuple2) handle = (Option) ((Tuple2) made)._2();
        String name;
        synchronized (workers) {
            name = (String) names.get(worker);
            if (name == null) {
                name = "w" + (++lastWorker);
                names.put(worker, name);
                workers.put(name, worker);
                owners.put(name, owner);
            }
        }
        return "{\"worker\": \"" + name + "\", \"pid\": " + (handle.isDefined() ? pid(handle.get()) : "null")
            + ", \"nonblocking\": " + conversation.isNonBlocking(worker) + "}";
    }

    private Object worker(String name) throws NoSuchWorker {
        synchronized (workers) {
            if (!workers.containsKey(name)) throw new NoSuchWorker("no worker " + name);
            return workers.get(name);
        }
    }

    /** The adapter's own fault, not one of Spark's. */
    public static final class NoSuchWorker extends Exception {
        public NoSuchWorker(String message) {
            super(message);
        }
    }

    /** Drop the worker, then collect garbage until nothing holds it, or a second or so has passed. */
    public boolean forget(String name) throws Exception {
        WeakReference dropped = drop(name);
        for (int i = 0; i < 20 && dropped.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        return dropped.get() == null;
    }

    private WeakReference drop(String name) throws NoSuchWorker {
        synchronized (workers) {
            Object worker = worker(name);
            workers.remove(name);
            owners.remove(name);
            names.remove(worker);
            return new WeakReference(worker);
        }
    }

    /**
     * Let go of a factory that nobody will ask for again: its workers, and the thread that watches its idle ones, which
     * Spark never ends (2.4 - 4.3). A run makes thousands of factories.
     */
    public void retire(Object factory) throws Throwable {
        List its = new ArrayList();
        synchronized (workers) {
            for (Iterator i = owners.keySet().iterator(); i.hasNext();) {
                Object name = i.next();
                if (owners.get(name) == factory) its.add(name);
            }
        }
        for (int i = 0; i < its.size(); i++) {
            String name = (String) its.get(i);
            Object worker = worker(name);
            // A PythonWorker's selector holds three descriptors, which closing the channel leaves open.
            if (worker instanceof Socket) ((Socket) worker).close(); else call(worker, "stop", new Object[0]);
            drop(name);
        }
        Thread[] threads = new Thread[Thread.activeCount() * 2 + 100];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (!threads[i].getClass().getName().endsWith("PythonWorkerFactory$MonitorThread")) continue;
            if (field(threads[i], "$outer") != factory) continue;
            threads[i].setUncaughtExceptionHandler(new Quiet());
            threads[i].interrupt();
        }
    }

    /** The interrupt ends the thread by an exception, of which nobody need hear. */
    private static final class Quiet implements Thread.UncaughtExceptionHandler {
        public void uncaughtException(Thread thread, Throwable error) {
        }
    }

    /** Return the first byte: none 0, eof 1, reset 2, time-out 3; then what was read. */
    public byte[] exchange(String worker, byte[] write, int read, int withinMs) throws Throwable {
        return conversation.exchange(worker(worker), write, read, withinMs);
    }

    public void close(String worker) throws Throwable {
        conversation.close(worker(worker));
    }

    public void block(String worker) throws Throwable {
        conversation.block(worker(worker));
    }

    /** The factory's private state, as JSON. */
    public String inspect(PythonWorkerFactory factory) throws Throwable {
        boolean useDaemon = ((Boolean) field(factory, "useDaemon")).booleanValue();
        Object daemon = field(factory, "daemon");
        Map registered = new HashMap();
        List entries = all(field(factory, useDaemon ? "daemonWorkers" : "simpleWorkers"));
        for (int i = 0; i < entries.size(); i++) {
            Tuple2 entry = (Tuple2) entries.get(i);
            registered.put(entry._1(), pid(entry._2()));
        }
        List idle = all(field(factory, "idleWorkers"));
        for (int i = 0; i < idle.size(); i++) {
            Object pid = registered.get(idle.get(i));
            idle.set(i, pid == null ? "-1" : pid);
        }
        return "{\"daemon_pid\": " + (daemon == null ? "null" : pid(daemon)) + ", \"daemon_port\": "
            + field(factory, "daemonPort") + ", \"workers\": " + registered.values() + ", \"idle\": " + idle + "}";
    }

    /** Copy a collection without the factory's lock, which a stalled create may hold: again if it changed meanwhile. */
    private static List all(Object collection) {
        for (int again = 100;; again--) {
            try {
                List found = new ArrayList();
                scala.collection.Iterator i = ((scala.collection.Iterable) collection).iterator();
                while (i.hasNext()) found.add(i.next());
                return found;
            } catch (RuntimeException changed) {
                if (again == 0) throw changed;
            }
        }
    }

    /** The pid of what Spark keeps: Integer (3.x), ProcessHandle (4.0), LocalPythonWorkerHandle (4.3), or Process. */
    private static String pid(Object of) throws Throwable {
        if (of instanceof Integer) return of.toString();
        String type = of instanceof Process ? "java.lang.Process" : "java.lang.ProcessHandle";
        try {
            Class declared = Class.forName(type);
            return String.valueOf(declared.isInstance(of)
                ? declared.getMethod("pid", new Class[0]).invoke(of, new Object[0])
                : call(of, "pid", new Object[0]));
        } catch (NoSuchMethodException java8) {
            return of instanceof Process ? String.valueOf(field(of, "pid")) : "null";
        }
    }

    public String envCreate(String exec, String workerModule, String daemonModule, String env, boolean useDaemon,
            String settings) throws Throwable {
        Class map = scala.collection.immutable.Map.class;
        Class[] types = isOld()
            ? new Class[] {String.class, map}
            : new Class[] {String.class, String.class, String.class, map, Boolean.TYPE};
        Object[] arguments = isOld()
            ? new Object[] {exec, scalaMap(env)}
            : new Object[] {exec, workerModule, daemonModule, scalaMap(env), Boolean.valueOf(useDaemon)};
        Class made = PythonWorkerFactory.class.getMethod("create", new Class[0]).getReturnType();
        boolean isFirst;
        synchronized (making) {
            isFirst = isOld() && envFactories.add(exec + "\0" + env);
            if (isFirst) {
                // The factory is made inside, and reads its modules from the configuration: nobody may change that.
                Map before = change(pairs(settings));
                try {
                    return handOut(virtual("createPythonWorker", made, types, arguments), null);
                } finally {
                    change(before);
                }
            }
        }
        return handOut(virtual("createPythonWorker", made, types, arguments), null);
    }

    /** Call destroyPythonWorker or releasePythonWorker. */
    public void envGiveBack(String method, String exec, String workerModule, String daemonModule, String env,
            String worker) throws Throwable {
        Class map = scala.collection.immutable.Map.class;
        Class type = isOld() ? Socket.class : Class.forName("org.apache.spark.api.python.PythonWorker");
        if (isOld()) {
            virtual(method, Void.TYPE, new Class[] {String.class, map, type},
                new Object[] {exec, scalaMap(env), worker(worker)});
        } else {
            virtual(method, Void.TYPE, new Class[] {String.class, String.class, String.class, map, type},
                new Object[] {exec, workerModule, daemonModule, scalaMap(env), worker(worker)});
        }
    }

    /** Stop the SparkEnv; a new context takes its place, so that the JVM serves on. */
    public void envStop() throws Throwable {
        synchronized (making) {
            try {
                virtual("stop", Void.TYPE, new Class[0], new Object[0]);
            } finally {
                context.stop();
                context = new SparkContext(conf);
                envFactories.clear();
            }
        }
    }

    /**
     * Call a method of the SparkEnv. Never getMethods on that class: in the pip distribution of Spark 4.3 one of its
     * signatures names a class that is not there.
     */
    private static Object virtual(String name, Class result, Class[] types, Object[] arguments) throws Throwable {
        Class type = Class.forName("org.apache.spark.SparkEnv");
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        Object env = lookup.findStatic(type, "get", MethodType.methodType(type)).invokeWithArguments(new Object[0]);
        MethodHandle method = lookup.findVirtual(type, name, MethodType.methodType(result, types));
        return method.bindTo(env).invokeWithArguments(arguments);
    }

    /** A throwable as class names up to Throwable, its message, and the same of its cause; separated by NUL. */
    public String describe(Throwable error) {
        Throwable cause = error.getCause();
        return classes(error) + "\0" + (error.getMessage() == null ? "" : error.getMessage())
            + (cause == null ? "" : "\0" + classes(cause) + "\0" + cause);
    }

    private static String classes(Throwable error) {
        StringBuilder line = new StringBuilder();
        for (Class c = error.getClass(); c != Object.class; c = c.getSuperclass()) line.append(c.getName()).append(' ');
        return line.toString().trim();
    }

    private static Object scalaMap(String pairs) {
        return PythonUtils.toScalaMap(pairs(pairs));
    }

    private static Map pairs(String text) {
        Map found = new HashMap();
        String[] parts = text.split("\0", -1);
        for (int i = 0; i + 1 < parts.length; i += 2) found.put(parts[i], parts[i + 1]);
        return found;
    }

    static Object field(Object of, String name) throws Exception {
        Field found = of.getClass().getDeclaredField(name);
        found.setAccessible(true);
        return found.get(of);
    }

    /** Call a public method by name and number of arguments; what it throws comes through as it is. */
    static Object call(Object target, String name, Object[] arguments) throws Throwable {
        Method[] all = target.getClass().getMethods();
        for (int i = 0; i < all.length; i++) {
            if (!all[i].getName().equals(name) || all[i].getParameterTypes().length != arguments.length) continue;
            try {
                return all[i].invoke(target, arguments);
            } catch (InvocationTargetException error) {
                throw error.getCause();
            }
        }
        throw new NoSuchMethodException(name);
    }
}
