/*
 * Bytes to and from a worker: a Socket up to Spark 3.5, a PythonWorker over a SocketChannel from 4.0 on.
 *
 * Compiled by Janino, before spark_door.java.
 */
package conformance;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

public final class Conversation {

    private static final int NONE = 0;
    private static final int EOF = 1;
    private static final int RESET = 2;
    private static final int TIMEOUT = 3;

    /**
     * Write all, then read until enough, the end, or the limit.
     *
     * The first byte of the result says how it ended, the others are what was read. A connection that is closed on our
     * side reads as its end; whatever else fails is a reset.
     */
    public byte[] exchange(Object worker, byte[] write, int read, int withinMs) throws Exception {
        ByteArrayOutputStream found = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + withinMs * 1000000L;
        int end;
        try {
            end = worker instanceof Socket
                ? withSocket((Socket) worker, write, read, deadline, found)
                : withChannel(channel(worker), write, read, deadline, found);
        } catch (ClosedChannelException closed) {
            end = EOF;
        } catch (IOException broken) {
            end = worker instanceof Socket && ((Socket) worker).isClosed() ? EOF : RESET;
        }
        byte[] result = new byte[found.size() + 1];
        result[0] = (byte) end;
        System.arraycopy(found.toByteArray(), 0, result, 1, found.size());
        return result;
    }

    private static int withSocket(Socket socket, byte[] write, int read, long deadline, ByteArrayOutputStream found)
            throws IOException {
        int before = socket.getSoTimeout();
        try {
            OutputStream out = socket.getOutputStream();
            out.write(write);
            out.flush();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[read];
            while (found.size() < read) {
                long left = millisUntil(deadline);
                if (left <= 0) return TIMEOUT;
                socket.setSoTimeout((int) left);
                int n = in.read(buffer, 0, read - found.size());
                if (n < 0) return EOF;
                found.write(buffer, 0, n);
            }
            return NONE;
        } catch (SocketTimeoutException late) {
            return TIMEOUT;
        } finally {
            if (!socket.isClosed()) socket.setSoTimeout(before);
        }
    }

    /** Wait with a selector of our own, and leave the channel as it was: its mode is part of the contract. */
    private static int withChannel(SocketChannel channel, byte[] write, int read, long deadline,
            ByteArrayOutputStream found) throws IOException {
        boolean wasBlocking = channel.isBlocking();
        if (wasBlocking) channel.configureBlocking(false);
        Selector selector = Selector.open();
        try {
            SelectionKey key = channel.register(selector, 0);
            ByteBuffer out = ByteBuffer.wrap(write);
            while (out.hasRemaining()) {
                if (channel.write(out) == 0 && !await(selector, key, SelectionKey.OP_WRITE, deadline)) return TIMEOUT;
            }
            ByteBuffer in = ByteBuffer.allocate(read);
            while (in.hasRemaining()) {
                int n = channel.read(in);
                found.write(in.array(), found.size(), Math.max(n, 0));
                if (n < 0) return EOF;
                if (n == 0 && !await(selector, key, SelectionKey.OP_READ, deadline)) return TIMEOUT;
            }
            return NONE;
        } finally {
            selector.close();
            if (wasBlocking && channel.isOpen()) channel.configureBlocking(true);
        }
    }

    private static boolean await(Selector selector, SelectionKey key, int interest, long deadline) throws IOException {
        long left = millisUntil(deadline);
        if (left <= 0) return false;
        if (!key.isValid()) throw new ClosedChannelException();
        key.interestOps(interest);
        selector.select(left);
        selector.selectedKeys().clear();
        return true;
    }

    private static long millisUntil(long deadline) {
        return (deadline - System.nanoTime() + 999999L) / 1000000L;
    }

    public void close(Object worker) throws Exception {
        if (worker instanceof Socket) ((Socket) worker).close(); else channel(worker).close();
    }

    /** Do as a caller does that reads and writes without a selector; a Socket up to Spark 3.5 blocks anyway. */
    public void block(Object worker) throws Exception {
        if (worker instanceof Socket) return;
        SocketChannel channel = channel(worker);
        SelectionKey key = (SelectionKey) member(worker, "selectionKey");
        if (key != null) {
            key.cancel();
            key.selector().selectNow();  // a channel that is registered cannot block
        }
        channel.configureBlocking(true);
        member(worker, "refresh");
    }

    /** Tell whether the channel does not block and its selector serves; null where there is no channel. */
    public Boolean isNonBlocking(Object worker) throws Exception {
        if (worker instanceof Socket) return null;
        SelectionKey key = (SelectionKey) member(worker, "selectionKey");
        return Boolean.valueOf(!channel(worker).isBlocking() && key != null && key.isValid());
    }

    private static SocketChannel channel(Object worker) throws Exception {
        return (SocketChannel) member(worker, "channel");
    }

    private static Object member(Object worker, String name) throws Exception {
        return worker.getClass().getMethod(name, new Class[0]).invoke(worker, new Object[0]);
    }
}
