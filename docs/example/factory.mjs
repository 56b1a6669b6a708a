// A worker factory in Node.js, and the adapter through which the suite judges it. No dependencies; daemon mode only.
// The first part is the factory, and knows nothing of the suite. The second part speaks docs/protocol.md.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { setImmediate as laterTurn, setTimeout as delay } from "node:timers/promises";
import v8 from "node:v8";
import vm from "node:vm";

// ------------------------------------------------------------------------------------------------- the factory
const DEFAULTS = { idle_timeout_s: 60, process_wait_timeout_s: 10, port_timeout_s: 60, handshake_timeout_s: 60 };
// What Java calls a SocketException. An orderly end of the stream is not one: it must not restart the daemon.
const SOCKET_ERRORS = ["ECONNREFUSED", "ECONNRESET", "EPIPE"];
const WAKING = ["readable", "end", "error", "close"];
const daemons = new Set(); // every daemon process that still lives, of all factories
const orphans = new FinalizationRegistry((socket) => socket.destroy()); // closes what a forgotten worker leaves

const failure = (countsAs, message) => Object.assign(new Error(message), { name: "Failure", countsAs });
const frame = (text) => Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)]);

/** Four bytes, signed, big endian: the only kind of number on these wires. */
function int32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Whether there is a process with this pid. Signal 0 only asks; EPERM means that it lives and is somebody else's. */
function alive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Takes up to `size` bytes from a stream within `ms`; `end` says why no more: none, eof, reset or timeout. */
async function take(stream, size, ms) {
  const got = Buffer.alloc(size);
  const deadline = performance.now() + ms;
  for (let have = 0; ; ) {
    while (have < size && stream.readableLength > 0) {
      have += stream.read(Math.min(size - have, stream.readableLength)).copy(got, have);
    }
    const left = deadline - performance.now();
    const end = have === size ? "none" : stream.errored ? "reset"
      : stream.readableEnded || stream.destroyed ? "eof" : left <= 0 ? "timeout" : null;
    if (end) return { data: got.subarray(0, have), end };
    await new Promise((wake) => {
      const timer = setTimeout(done, left);
      function done() {
        clearTimeout(timer);
        for (const name of WAKING) stream.off(name, done); // or listeners would pile up, read by read
        wake();
      }
      for (const name of WAKING) stream.on(name, done);
      stream.read(0); // asks for more, and lets a pending "end" come out
    });
  }
}

/** Takes exactly `size` bytes, or throws what befits the way the stream ended. */
async function need(stream, size, seconds, what) {
  const { data, end } = await take(stream, size, seconds * 1000);
  if (end === "none") return data;
  if (end === "reset") throw stream.errored;
  if (end === "timeout") throw failure("time_out", `Timed out while waiting for ${what}`);
  throw failure("end_of_stream", `EOFException occurred while reading ${what}`);
}

/** Asks a daemon to end, in both ways that it understands; does not wait. */
function endDaemon(child) {
  child.stdin.end();
  child.kill("SIGTERM");
}

/** What create() hands out. Not the socket itself: Node keeps an open socket alive, so a weak registry of sockets would
 *  never lose an entry. Nothing points from the socket to this object, so it can be collected. */
class Worker {
  constructor(socket, pid) {
    Object.assign(this, { socket, pid });
  }
}

export class WorkerFactory {
  constructor({ pythonExec, envVars, daemonModule, options, log }) {
    Object.assign(this, { pythonExec, envVars, daemonModule, log, options: { ...DEFAULTS, ...options } });
    this.secret = randomBytes(32).toString("hex"); // one for the factory's life, restarts and stop() included
    this.pythonPath = [envVars.PYTHONPATH, process.env.PYTHONPATH].filter(Boolean).join(":");
    this.daemon = null; // { child, port }, once it has announced its port
    this.idle = []; // first released, first reused
    this.registry = new WeakMap(); // worker -> the daemon that forked it
    this.known = new Set(); // weak references to the same workers: a WeakMap cannot be listed
    this.turn = Promise.resolve(); // the lock: what must not overlap is chained to it
  }

  /** Runs `work` after all earlier work. JavaScript has one thread, but every `await` lets others in. */
  serial(work) {
    const mine = this.turn.then(work);
    this.turn = mine.then(() => {}, () => {}); // forgets the result, else the chain would hold the last worker
    return mine;
  }

  async create() {
    while (this.idle.length > 0) {
      const worker = this.idle.shift();
      if (alive(worker.pid) && !worker.socket.destroyed) return worker;
      this.log("WARN", `Worker ${worker.pid} process from idle queue is dead, discarding.`);
      worker.socket.destroy(); // no kill request: the pid may be another process's by now
    }
    return this.serial(() => this.createThroughDaemon());
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
    const args = ["-m", this.daemonModule];
    const own = { PYTHONPATH: this.pythonPath, PYTHONUNBUFFERED: "YES", PYTHON_WORKER_FACTORY_SECRET: this.secret };
    const env = { ...process.env, ...this.envVars, ...own }; // the later wins
    const child = spawn(this.pythonExec, args, { env, stdio: "pipe" }); // inherits no descriptor of ours
    for (const pipe of child.stdio) pipe?.on("error", () => {}); // a kill request to a dead daemon is no error
    const closed = new Promise((tell) => child.once("close", tell)); // ended, and both its streams read
    await once(child, "spawn"); // rejects if there is no such program; then there is nothing to clean up
    daemons.add(child.once("exit", () => daemons.delete(child)));
    let said = ""; // stderr is drained from the first moment: a full pipe would stop the daemon before it announces
    child.stderr.on("data", (text) => process.stderr.write(text));
    child.stderr.on("data", (text) => this.daemon?.child === child || (said = (said + text).slice(-65536)));
    try {
      this.daemon = { child, port: await this.readPort(child, [this.pythonExec, ...args].join(" ")) };
      child.stdout.on("data", (text) => process.stderr.write(text)); // what follows the port is output of workers
    } catch (error) {
      child.stdout.resume();
      await Promise.race([closed, delay(this.options.process_wait_timeout_s * 1000)]);
      const ended = child.exitCode !== null || child.signalCode !== null;
      endDaemon(child);
      if (!ended || !said) throw error;
      throw failure(error.countsAs, `\nError from python worker:\n  ${said.replaceAll("\n", "\n  ")}\n`
        + `PYTHONPATH was:\n  ${this.pythonPath}\n${error}`);
    }
  }

  async readPort(child, command) {
    this.waiting = child.stdout;
    const what = `the port number from ${this.daemonModule}'s stdout`;
    const port = (await need(child.stdout, 4, this.options.port_timeout_s, what)).readInt32BE();
    if (port >= 1 && port <= 65535) return port;
    const hex = (port >>> 0).toString(16).padStart(8, "0"); // >>> 0: the same 32 bits without a sign
    throw failure("invalid_port", `\nBad data in ${this.daemonModule}'s standard output. Invalid port number:\n`
      + `  ${port} (0x${hex})\nPython command to execute the daemon was:\n  ${command}\n`
      + `Check that you don't have any unexpected modules or libraries in your PYTHONPATH:\n  ${this.pythonPath}`);
  }

  async createSocket() {
    const daemon = this.daemon;
    // allowHalfOpen: when the worker ends its stream, our half stays open until the caller closes it.
    const socket = net.connect({ host: "127.0.0.1", port: daemon.port, allowHalfOpen: true, noDelay: true });
    socket.on("error", () => {}); // an "error" event without a listener ends a Node process
    this.waiting = socket;
    try {
      await once(socket, "connect");
      const worker = new Worker(socket, await this.handshake(socket));
      this.registry.set(worker, daemon);
      this.known.add(new WeakRef(worker));
      orphans.register(worker, socket);
      return worker;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  async handshake(socket) {
    const limit = this.options.handshake_timeout_s;
    const pid = (await need(socket, 4, limit, "the pid")).readInt32BE(); // nothing is sent before this
    if (pid < 0) throw failure("illegal_state", `Python daemon failed to launch worker with code ${pid}`);
    if (pid === 0 || !alive(pid)) throw failure("illegal_state", "Python daemon failed to launch worker.");
    socket.write(frame(this.secret));
    const length = (await need(socket, 4, limit, "the reply")).readInt32BE();
    const sane = length >= 0 && length <= 1024; // a peer must not make us wait for, or allocate, what it likes
    const reply = sane && (await need(socket, length, limit, "the reply")).toString();
    if (reply !== "ok") throw failure("authentication", "Authentication failed.");
    return pid;
  }

  releaseWorker(worker) {
    if (this.idle.includes(worker)) return; // a second release must not give one worker to two owners
    if (!this.registry.has(worker)) return worker.socket.destroy(); // stopped before, or not ours
    this.idle.push(worker);
    clearTimeout(this.clock); // one clock for the whole queue: it runs from the last release
    this.clock = setTimeout(() => this.closeIdle(), this.options.idle_timeout_s * 1000 + 5); // timers may be early
  }

  closeIdle() {
    clearTimeout(this.clock);
    for (const worker of this.idle.splice(0)) worker.socket.destroy(); // no kill request: it ends by itself
  }

  stopWorker(worker) {
    const daemon = this.registry.get(worker);
    // A pid means something only to the daemon that forked it: one of another generation is left alone.
    if (daemon && daemon === this.daemon) daemon.child.stdin.write(int32(worker.pid));
    this.registry.delete(worker);
    this.idle = this.idle.filter((other) => other !== worker);
    worker.socket.destroy();
  }

  stopDaemon() {
    this.closeIdle();
    if (this.daemon) endDaemon(this.daemon.child);
    this.daemon = null;
  }

  async stop() {
    const stopped = failure("illegal_state", "The factory was stopped.");
    const patience = setInterval(() => this.waiting?.destroy(stopped), 2000); // breaks off a create() that stalls
    await this.serial(() => this.stopDaemon()).finally(() => clearInterval(patience));
  }
}
