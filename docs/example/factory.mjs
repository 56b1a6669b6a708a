// A worker factory in Node.js, and the adapter through which the suite judges it. No dependencies; daemon mode only.
// The first part is the factory and knows nothing of the suite. The second part speaks docs/protocol.md.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import v8 from "node:v8";
import vm from "node:vm";
// -------------------------------------------------------------------------------------------------- the factory
const LOGGER = "org.apache.spark.api.python.PythonWorkerFactory";
const DEFAULTS = { idle_timeout_s: 60, process_wait_timeout_s: 10, port_timeout_s: 60, handshake_timeout_s: 60 };
const SOCKET_ERRORS = ["ECONNREFUSED", "ECONNRESET", "EPIPE"]; // only these restart a daemon; an orderly end does not
const daemons = new Set(); // every daemon process that still lives, of all factories
const orphans = new FinalizationRegistry((cleanUp) => cleanUp()); // called when a forgotten worker was collected
const int32 = (n) => Buffer.from([n >> 24, n >> 16, n >> 8, n]); // big endian: the only numbers on these wires
const endDaemon = (child) => child.kill("SIGTERM") && child.stdin.end(); // asks in both ways; does not wait
const echo = (text) => process.stderr.write(text);
const fail = (countsAs, text, kind = "implementation") => { throw Object.assign(new Error(text), { countsAs, kind }); };

/** Takes up to `size` bytes from a stream within `ms`; `end` says why no more: none, eof, reset or timeout. */
async function take(stream, size, ms) {
  const [got, deadline] = [Buffer.alloc(size), performance.now() + ms];
  for (let have = 0; ; ) {
    while (have < size && stream.readableLength > 0) {
      have += stream.read(Math.min(size - have, stream.readableLength)).copy(got, have);
    }
    const left = deadline - performance.now();
    const end = have === size ? "none" : stream.errored ? "reset"
      : stream.readableEnded || stream.destroyed ? "eof" : left <= 0 ? "timeout" : null;
    if (end) return { data: got.subarray(0, have), end };
    const over = new AbortController(); // takes the losers of the race away, or they would pile up
    const events = ["readable", "end", "close"].map((name) => once(stream, name, over)); // each fails on "error"
    stream.read(0); // asks for more, and lets a pending "end" come out
    await Promise.race([...events, delay(left, null, over)]).catch(() => {});
    over.abort();
  }
}

/** Takes exactly `size` bytes, or throws what befits the way the stream ended. */
async function need(stream, size, seconds, what) {
  const { data, end } = await take(stream, size, seconds * 1000);
  if (end === "reset") throw stream.errored;
  if (end === "timeout") fail("time_out", `Timed out while waiting for ${what}`);
  return end === "none" ? data : fail("end_of_stream", `The stream ended while reading ${what}`);
}

class WorkerFactory {
  constructor(given, log) {
    Object.assign(this, given, { log, options: { ...DEFAULTS, ...given.options } });
    this.secret = randomBytes(32).toString("hex"); // one for the factory's life, restarts and stop() included
    this.pythonPath = [given.env_vars.PYTHONPATH, process.env.PYTHONPATH].filter(Boolean).join(":");
    this.daemon = null; // { child, port }, once it has announced its port
    this.idle = []; // first released, first reused
    this.registry = new Map(); // weak reference to a worker -> the daemon that forked it (a WeakMap cannot be listed)
    this.turn = Promise.resolve(); // the lock: what must not overlap is chained to it
  }

  create = async () => this.idle.shift() ?? this.serial(() => this.createThroughDaemon());
  stop = () => this.serial(() => this.stopDaemon());
  closeIdle = () => this.idle.splice(0).forEach((worker) => worker.socket.destroy()); // they read the end, and end

  /** Runs `work` after all earlier work. JavaScript has one thread, but every `await` lets others in. */
  serial(work) {
    const mine = this.turn.then(work);
    this.turn = mine.then(() => {}, () => {}); // forgets the result, else the chain would hold the last worker
    return mine;
  }

  async createThroughDaemon() {
    await this.startDaemon();
    try {
      return await this.createSocket();
    } catch (error) {
      if (!SOCKET_ERRORS.includes(error.code)) throw error;
      this.log("WARN", `Failed to open socket to Python daemon: ${error}`);
      this.log("WARN", "Assuming that daemon unexpectedly quit, attempting to restart");
      this.stopDaemon();
      await this.startDaemon();
      return this.createSocket(); // once and no more: what this throws goes to the caller
    }
  }

  async startDaemon() {
    if (this.daemon) return; // one daemon; whether it still lives, the next connection tells
    const own = { PYTHONPATH: this.pythonPath, PYTHONUNBUFFERED: "YES", PYTHON_WORKER_FACTORY_SECRET: this.secret };
    const env = { ...process.env, ...this.env_vars, ...own }; // the later wins
    const child = spawn(this.python_exec, ["-m", this.daemon_module], { env, stdio: "pipe" }); // nothing is inherited
    for (const pipe of child.stdio) pipe?.on("error", () => {}); // a kill request to a dead daemon is no error
    const closed = new Promise((tell) => child.once("close", tell)); // ended, and both its streams read
    await once(child, "spawn").catch(({ message }) => fail("start_failed", `Cannot run program: ${message}`));
    daemons.add(child.once("exit", () => daemons.delete(child)));
    let said = ""; // stderr is drained from the first moment: a full pipe would stop the daemon before it announces
    child.stderr.setEncoding("utf8").on("data", echo).on("data", (text) => (said = (said + text).slice(-65536)));
    try {
      this.daemon = { child, port: await this.readPort(child.stdout) };
      child.stdout.on("data", echo); // what follows the port is output of workers
    } catch (error) {
      child.stdout.resume();
      const limit = error.countsAs === "time_out" ? 0 : this.options.process_wait_timeout_s; // enough was waited then
      await Promise.race([closed, delay(limit * 1000)]); // for the daemon to end, and for all it has to say
      endDaemon(child);
      if (!said || (child.exitCode ?? child.signalCode) === null) throw error; // nothing to add, or not yet ended
      fail(error.countsAs, `\nError from python worker:\n  ${said.replaceAll("\n", "\n  ")}\n`
        + `PYTHONPATH was:\n  ${this.pythonPath}\n${error}`);
    }
  }

  async readPort(stdout) {
    const limit = this.options.port_timeout_s;
    const port = (await need(stdout, 4, limit, `the port number from ${this.daemon_module}'s stdout`)).readInt32BE();
    if (port >= 1 && port <= 65535) return port;
    const hex = (port >>> 0).toString(16).padStart(8, "0"); // >>> 0: the same 32 bits without a sign
    return fail("invalid_port", `\nBad data in ${this.daemon_module}'s standard output. Invalid port number:\n`
      + `  ${port} (0x${hex})\nPython command was:\n  ${this.python_exec} -m ${this.daemon_module}\n`
      + `Check that you don't have any unexpected modules or libraries in your PYTHONPATH:\n  ${this.pythonPath}`);
  }

  async createSocket() {
    // allowHalfOpen: when the worker ends its stream, our half stays open until the caller closes it.
    const socket = net.connect({ host: "127.0.0.1", port: this.daemon.port, allowHalfOpen: true, noDelay: true });
    socket.on("error", () => {}); // an "error" event without a listener ends a Node process
    try {
      await once(socket, "connect");
      // The registry is weak, but Node keeps an open socket alive: so it refers to this object, which no closure holds.
      const worker = { socket, pid: await this.handshake(socket) };
      const ref = (worker.ref = new WeakRef(worker));
      this.registry.set(ref, this.daemon);
      orphans.register(worker, () => socket.destroy() && this.registry.delete(ref));
      return worker;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async handshake(socket) {
    const limit = this.options.handshake_timeout_s;
    const pid = (await need(socket, 4, limit, "the pid")).readInt32BE(); // nothing is sent before this
    if (pid <= 0) fail("illegal_state", `Python daemon failed to launch worker with code ${pid}`);
    socket.write(Buffer.concat([int32(this.secret.length), Buffer.from(this.secret)]));
    const length = (await need(socket, 4, limit, "the reply")).readInt32BE();
    const reply = length === 2 ? await need(socket, 2, limit, "the reply") : ""; // no other length can be "ok"
    if (`${reply}` !== "ok") fail("authentication", "Authentication failed.");
    return pid;
  }

  releaseWorker(worker) {
    if (this.idle.includes(worker)) return; // a second release must not give one worker to two owners
    if (!this.registry.has(worker.ref)) return void worker.socket.destroy(); // stopped before, or not ours
    this.idle.push(worker);
    clearTimeout(this.clock); // one clock for the whole queue: it runs from the last release
    this.clock = setTimeout(() => this.closeIdle(), this.options.idle_timeout_s * 1000 + 5); // timers may be early
  }

  stopWorker(worker) {
    const daemon = this.registry.get(worker.ref);
    // A pid means something only to the daemon that forked it: one of another generation is left alone.
    if (daemon && daemon === this.daemon) daemon.child.stdin.write(int32(worker.pid));
    this.registry.delete(worker.ref);
    this.idle = this.idle.filter((other) => other !== worker);
    worker.socket.destroy();
  }

  stopDaemon() {
    this.closeIdle();
    if (this.daemon) endDaemon(this.daemon.child);
    this.daemon = null;
  }

  inspect() {
    const live = [...this.registry.keys()].map((ref) => ref.deref()).filter(Boolean);
    const [workers, idle] = [live, this.idle].map((list) => list.map((worker) => worker.pid));
    return { daemon_pid: this.daemon?.child.pid ?? null, daemon_port: this.daemon?.port ?? 0, workers, idle };
  }
}

// -------------------------------------------------------------------------------------------------- the adapter
// The channel is descriptor 0 and may stay there: Node opens all else close-on-exec and daemons get pipes of their own,
// so no child inherits it. Only our own prints have to be kept out.
const channel = new net.Socket({ fd: 0, readable: true, writable: true });
const send = (message) => channel.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const log = (level, message) => send({ method: "log", params: { level, logger: LOGGER, message } });
const CODES = { implementation: -32000, unsupported: -32001, adapter: -32002 };
console.log = console.error;
delete process.env.WFC_RPC; // meant for us, not for our children
v8.setFlagsFromString("--expose-gc"); // so that `worker.forget` can do what it promises
const collectGarbage = vm.runInNewContext("gc");
const things = new Map(); // name -> factory or worker: the strong references, until `worker.forget`
const names = new WeakMap(); // factory or worker -> name: the same object has the same name, for ever
let [count, rest] = [0, ""];
const find = (name) => things.get(name) ?? fail("other", `unknown name ${name}`, "adapter");
const nameOf = (thing) => {
  if (!names.has(thing)) names.set(thing, `n${(count += 1)}`);
  things.set(names.get(thing), thing);
  return names.get(thing);
};

const methods = {
  initialize: () => ({ protocol_version: "1", name: "example", version: "1.0", language: "Node.js", pid: process.pid,
    profile: "documented", capabilities: ["concurrent", "inspect", "log", "forget", "isolated_env"] }),
  "factory.new": (given) => {
    if (!given.use_daemon) fail("other", "daemon mode only", "unsupported");
    const honoured = Object.keys(given.options).map((name) => [name, name in DEFAULTS]);
    return { factory: nameOf(new WorkerFactory(given, log)), options: Object.fromEntries(honoured) };
  },
  "factory.create": async ({ factory }) => {
    const worker = await find(factory).create();
    return { worker: nameOf(worker), pid: worker.pid, nonblocking: true };
  },
  "factory.release_worker": ({ factory, worker }) => find(factory).releaseWorker(find(worker)),
  "factory.stop_worker": ({ factory, worker }) => find(factory).stopWorker(find(worker)),
  "factory.stop": ({ factory }) => find(factory).stop(),
  "factory.inspect": ({ factory }) => find(factory).inspect(),
  "worker.exchange": async ({ worker, write, read, within_ms }) => {
    find(worker).socket.write(Buffer.from(write, "base64"), () => {}); // if that fails, so does the reading
    const { data, end } = await take(find(worker).socket, read, within_ms);
    return { data: data.toString("base64"), end };
  },
  "worker.close": ({ worker }) => void find(worker).socket.destroy(),
  "worker.forget": async ({ worker }) => {
    things.delete(worker);
    await nextTurn(); // a weak reference that was looked at holds until the end of the turn
    collectGarbage();
    await nextTurn(); // what waits for the collection runs in a turn of its own
  },
  ping: () => {},
  shutdown: () => void nextTurn().then(leave), // after the response
};

async function answer({ id, method, params }) {
  try {
    send({ id, result: (await (methods[method] ?? fail("other", method, "unsupported"))(params)) ?? {} });
  } catch ({ name, message, code, countsAs, kind = "implementation" }) {
    const counts_as = countsAs ?? (SOCKET_ERRORS.includes(code) ? "socket_error" : "other");
    send({ id, error: { code: CODES[kind], message, data: { kind, class: name, message, counts_as } } });
  }
}

async function leave() {
  await Promise.race([Promise.all([...daemons].map((child) => endDaemon(child) && once(child, "exit"))), delay(2000)]);
  for (const child of daemons) child.kill("SIGKILL");
  channel.end(() => process.exit(0));
}

channel.on("end", leave).on("error", leave).setEncoding("utf8").on("data", (text) => {
  const lines = (rest + text).split("\n"); // a chunk may end inside a line: its beginning waits in `rest`
  rest = lines.pop();
  for (const line of lines) answer(JSON.parse(line));
});
