import { concat, fail, finalize, type Flow, fromIterable, never, of, take } from "@sluice/core";
import { ManualSubscriber, settled, until, VirtualClock } from "@sluice/tck";
import { lines } from "@sluice/web";
import { describe, expect, it } from "vitest";
import { ProcessError } from "./process-error.js";
import { spawnFlow, throughProcess } from "./spawn-flow.js";

const node = process.execPath;
const run = (script: string, options?: Parameters<typeof spawnFlow>[2]): Flow<Uint8Array> =>
  spawnFlow(node, ["-e", script], options);
const textOf = async (flow: Flow<Uint8Array>): Promise<string> =>
  Buffer.concat(await flow.toArray()).toString();
const broken = new Error("the input broke");

/** The ids that a script wrote, for the question whether it still runs. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const gone = (pid: number): Promise<void> => until(() => !isRunning(pid), `process ${pid} to be gone`);
/** Beside those of whoever runs the tests. */
const pipes = (): number => resources() - before;
const resources = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === "PipeWrap" || name === "ProcessWrap").length;
const before = resources();

describe("spawnFlow", () => {
  it("sends what the program writes, and runs it anew for each subscriber", async () => {
    const flow = run("console.log('out ' + process.argv.length)");
    expect(await textOf(flow)).toBe("out 1\n");
    expect(await textOf(flow)).toBe("out 1\n");
  });

  it("passes folder and environment on, and gives arguments to no shell", async () => {
    const print = "console.log(process.cwd(), process.env.WHO, process.argv[1])";
    const flow = spawnFlow(node, ["-e", print, "$(x) `y` ;"], { cwd: "/", env: { WHO: "me" } });
    expect(await textOf(flow)).toBe("/ me $(x) `y` ;\n");
  });

  it("fails with the exit code and the end of what it said, behind its output", async () => {
    const seen: string[] = [];
    const script = "console.log('half'); console.error('x'.repeat(5000) + 'reason'); process.exitCode = 3";
    const error = await run(script, { stderrBytes: 10 })
      .forEach((chunk) => void seen.push(Buffer.from(chunk).toString()))
      .catch((thrown: unknown) => thrown);
    expect(seen.join("")).toBe("half\n");
    expect(error).toBeInstanceOf(ProcessError);
    expect(error).toMatchObject({ code: "PROCESS_FAILED", exitCode: 3, stderr: "xxxreason\n" });
    expect((error as Error).message).toBe(`${node} ended with the code 3 and said: xxxreason`);
    await expect(run("process.exit(3)", { okCodes: [0, 3] }).toArray()).resolves.toEqual([]);
  });

  it("fails with the signal that ended it", async () => {
    await expect(
      run("process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 99)").toArray(),
    ).rejects.toMatchObject({
      signal: "SIGKILL",
      message: `${node} was ended by SIGKILL and said nothing`,
    });
  });

  it("fails when there is no such program or folder", async () => {
    await expect(spawnFlow("no-such-program-here").toArray()).rejects.toThrow(
      /^Cannot run no-such-program-here: .*ENOENT; name a program that is there/,
    );
    await expect(run("", { cwd: "/no/such/folder" }).toArray()).rejects.toBeInstanceOf(ProcessError);
  });

  it("holds up a program whose output nobody takes", async () => {
    const script =
      "let n = 0; const go = () => { while (process.stdout.write('x'.repeat(65536))) n++; }; go(); process.stdout.on('drain', () => { n++; go(); }); setInterval(() => process.stderr.write('.'), 5); ";
    const subscriber = new ManualSubscriber<Uint8Array>();
    run(script).subscribe(subscriber);
    subscriber.request(2);
    await until(() => subscriber.items.length === 2, "two chunks");
    await settled();
    expect(subscriber.items).toHaveLength(2);
    subscriber.cancel();
    await until(() => pipes() === 0, "the process and its pipes to be gone");
  });

  it("ends the process when its reader leaves", async () => {
    const endless = run("console.log(process.pid); setInterval(() => console.log('on'), 1)");
    const [pid] = await endless.pipe(lines(), take(1)).toArray();
    await gone(Number(pid));
    const controller = new AbortController();
    const pids: number[] = [];
    const aborted = run("console.log(process.pid); setInterval(() => {}, 99)")
      .pipe(lines())
      .forEach(
        (line) => {
          pids.push(Number(line));
          controller.abort();
        },
        { signal: controller.signal },
      );
    await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
    await gone(pids[0] as number);
    await until(() => pipes() === 0, "all pipes to be closed");
  });

  it("starts nothing that was cancelled at once, and ends what is cancelled while it starts", async () => {
    for (const request of [0, 1]) {
      const subscriber = new ManualSubscriber<Uint8Array>();
      run("setInterval(() => {}, 99)").subscribe(subscriber);
      if (request > 0) subscriber.request(request);
      subscriber.cancel();
    }
    await until(() => pipes() === 0, "nothing to run");
  });

  it("ends by SIGKILL what does not end when it is asked to, after the time that was set", async () => {
    const clock = new VirtualClock();
    const stubborn = "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 99)";
    const [pid] = await run(stubborn, { killAfterMs: 1000, clock }).pipe(lines(), take(1)).toArray();
    await until(() => clock.pending === 1, "the wait for its end");
    clock.advance(999);
    await settled();
    expect(isRunning(Number(pid))).toBe(true);
    clock.advance(1);
    await gone(Number(pid));
    await until(() => clock.pending === 0, "no timer to be left");
  });

  it("leaves no timer behind when the process ends by itself", async () => {
    const clock = new VirtualClock();
    await run("", { clock }).toArray();
    const [pid] = await run("console.log(process.pid); setInterval(() => {}, 99)", { clock })
      .pipe(lines(), take(1))
      .toArray();
    await gone(Number(pid));
    await until(() => clock.pending === 0, "no timer to be left");
  });

  it("refuses wrong arguments at the call", () => {
    expect(() => spawnFlow(7 as never)).toThrow("Cannot spawnFlow 7");
    expect(() => spawnFlow("ls", "-l" as never)).toThrow("an array of its arguments");
    expect(() => spawnFlow("ls", [], { input: "text" as never })).toThrow("it takes a Flow");
    expect(() => spawnFlow("ls", [], { killAfterMs: -1 })).toThrow("-1 ms");
    expect(() => spawnFlow("ls", [], { stderrBytes: -1 })).toThrow("stderrBytes -1");
    expect(() => spawnFlow("ls", [], { clock: {} as never })).toThrow("the clock");
    expect(() => spawnFlow("ls", [], 7 as never)).toThrow("the options 7");
  });
});

describe("throughProcess", () => {
  const same = (): ReturnType<typeof throughProcess> => throughProcess("cat");

  it("sends a flow through a program", async () => {
    const chunks = Array.from({ length: 300 }, (_, n) => `${n} ${"ä".repeat(2000)}\n`);
    expect(await textOf(fromIterable(chunks).pipe(same()))).toBe(chunks.join(""));
    expect(await textOf(of("a").pipe(same(), throughProcess("tr", ["a", "b"])))).toBe("b");
  });

  it("asks for no more than the pipes take while nobody reads", async () => {
    let pulled = 0;
    function* endless(): Generator<Uint8Array> {
      for (;;) {
        pulled++;
        yield new Uint8Array(16_384);
      }
    }
    const subscriber = new ManualSubscriber<Uint8Array>();
    fromIterable(endless()).pipe(same()).subscribe(subscriber);
    subscriber.request(1);
    await until(() => subscriber.items.length === 1, "a chunk");
    for (let before = -1; before !== pulled; ) {
      before = pulled;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(pulled * 16_384).toBeLessThan(2 ** 20); // two sockets of the system, 200 KiB each, and 64 KiB of Node's
    subscriber.cancel();
    await until(() => pipes() === 0, "all to be closed");
  });

  it("takes it for no failure that the program does not read all, and cancels upstream", async () => {
    let isLeft = false;
    function* endless(): Generator<string> {
      try {
        for (;;) yield "line\n";
      } finally {
        isLeft = true;
      }
    }
    expect(await textOf(fromIterable(endless()).pipe(throughProcess("head", ["-n", "2"])))).toBe(
      "line\nline\n",
    );
    await until(() => isLeft, "upstream to be cancelled");
  });

  it("passes an error of upstream on and ends the process, also one that says EPIPE", async () => {
    const pipe = Object.assign(new Error("of another pipe"), { code: "EPIPE" });
    for (const error of [broken, pipe]) {
      await expect(
        concat([of("half"), fail<string>(error)])
          .pipe(same())
          .toArray(),
      ).rejects.toBe(error);
    }
    await expect(
      of(7 as never)
        .pipe(same())
        .toArray(),
    ).rejects.toMatchObject({ code: "ERR_INVALID_ARG_TYPE" });
    await until(() => pipes() === 0, "the processes to be gone");
  });

  it("cancels upstream when the program fails or its reader leaves", async () => {
    let cancelled = 0;
    const endless = (): Flow<string> =>
      (concat([of("a\n"), never()]) as Flow<string>).pipe(
        finalize((end) => {
          if (end === "cancel") cancelled++;
        }),
      );
    await expect(
      endless()
        .pipe(throughProcess(node, ["-e", "process.exit(2)"]))
        .toArray(),
    ).rejects.toMatchObject({
      exitCode: 2,
    });
    await until(() => cancelled === 1, "the first to be cancelled");
    expect(await endless().pipe(same(), lines(), take(1)).toArray()).toEqual(["a"]);
    await until(() => cancelled === 2, "the second to be cancelled");
    await until(() => pipes() === 0, "all to be closed");
  });
});
