/** Sends what chance makes to a chain, and counts what must not be. */
import { type Connection, Hang, openConnection } from './connection.ts'
import { FRAME_WAYS } from './frames.ts'
import type { Kind } from './judge.ts'
import { goPipe } from './pipe.ts'
import { createRandom, type Random } from './random.ts'
import { type Scene, setScene } from './scene.ts'
import { isEngine, makeShot } from './shots.ts'
import { bearer, type Target } from './target.ts'
import { askOver, goWay, type Outcome, WAYS } from './wire.ts'

export interface Counts {
  requests: number
  crashes: number
  hangs: number
  /** Stack traces in answers. */
  stacks: number
  /** Answers of -32603 or DEED_INTERNAL. */
  internals: number
  /** Answers of another id, code or form than asked for. */
  wrongs: number
}

/** One thing that must not be, and how to see it again. */
export interface Finding {
  readonly kind: Kind | 'crash' | 'hang'
  /** Number of the round within the run; see {@link ROUND}. */
  readonly round: number
  readonly name: string
  readonly says: string
}

export interface FuzzOptions {
  readonly seed: number
  readonly requests: number
  /** The first round. Each begins with a chain that is as it was, so one can be made again by itself. */
  readonly firstRound?: number
  /** Ensures that the chain is there, and is asked again after each crash. */
  readonly connect: () => Promise<{ readonly target: Target; readonly url: string; isAlive(): boolean }>
  readonly onFinding: (finding: Finding) => void
  /** Is told at the end of each round. */
  readonly onRound?: (counts: Counts) => Promise<void> | void
}

/** Tasks between two beginnings; each is one request, or some over one connection. */
const ROUND = 400
/** Tasks at once. */
const LANES = 8

/** Rounds until so many requests were made. */
export const fuzz = async (options: FuzzOptions): Promise<Counts> => {
  const counts: Counts = { requests: 0, crashes: 0, hangs: 0, stacks: 0, internals: 0, wrongs: 0 }
  let failures = 0
  for (let round = options.firstRound ?? 0; counts.requests < options.requests; round++) {
    failures = (await playRound(options, counts, round)) ? 0 : failures + 1
    await options.onRound?.(counts)
    // Nothing more can be learned of a chain that cannot be begun anew.
    if (failures >= MAX_FAILURES) break
  }
  return counts
}

const MAX_FAILURES = 3

/** Whether the round could begin. */
const playRound = async (options: FuzzOptions, counts: Counts, round: number): Promise<boolean> => {
  const find = (kind: Finding['kind'], name: string, says: string) => {
    counts[COUNTER[kind]]++
    options.onFinding({ kind, round, name, says })
  }
  const chain = await options.connect()
  let scene: Scene
  try {
    scene = await setScene(chain.url)
  } catch (error) {
    find(chain.isAlive() ? 'wrong' : 'crash', 'the beginning of a round', (error as Error).message)
    return false
  }
  const { target } = chain
  let next = 0
  let isOver = false
  const lane = async (): Promise<void> => {
    const keepAlive = createKeepAlive(target)
    while (next < ROUND && !isOver && counts.requests < options.requests) {
      const random = createRandom(options.seed, round * ROUND + next++)
      const task = chooseTask(target, random)
      let name = task.name
      try {
        const outcome = await task.run({ target, scene, random, keepAlive })
        name = `${task.name}: ${outcome.name}`
        counts.requests += outcome.requests
        if (outcome.problem !== undefined) find(outcome.problem.kind, name, outcome.problem.says)
      } catch (error) {
        counts.requests++
        keepAlive.drop()
        if (isOver) break
        if (error instanceof Hang) find('hang', name, `nothing within ${target.hangMs} ms`)
        // A connection that fails may be the first sign of a process that is gone.
        else if (chain.isAlive()) find('wrong', name, (error as Error).message)
      }
      if (!chain.isAlive() && !isOver) {
        isOver = true
        find('crash', name, 'the process ended')
      }
    }
    keepAlive.drop()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return true
}

const COUNTER: Readonly<Record<Finding['kind'], keyof Counts>> = {
  crash: 'crashes',
  hang: 'hangs',
  stack: 'stacks',
  internal: 'internals',
  wrong: 'wrongs',
}

interface Play {
  readonly target: Target
  readonly scene: Scene
  readonly random: Random
  readonly keepAlive: KeepAlive
}

interface Task {
  readonly name: string
  readonly run: (play: Play) => Promise<Outcome>
}

const chooseTask = (target: Target, random: Random): Task =>
  random.weighed<() => Task>([
    [150, () => PLAIN],
    [20, () => way('HTTP', WAYS, random)],
    [20, () => way('WebSocket', FRAME_WAYS, random)],
    [target.ipc === undefined ? 0 : 10, () => PIPE],
    [target.engine === undefined ? 0 : 10, () => ENGINE],
  ])()

const PLAIN: Task = {
  name: 'HTTP',
  run: async ({ scene, random, keepAlive }) => {
    const shot = makeShot(scene, random)
    const problem = await askOver(await keepAlive.get(), shot)
    if (problem !== undefined) keepAlive.drop()
    return { requests: requestsOf(shot.expected), problem, name: shot.name }
  },
}

const PIPE: Task = {
  name: 'IPC',
  run: ({ target, scene, random }) => goPipe(target, () => makeShot(scene, random), random),
}

const ENGINE: Task = {
  name: 'Engine API',
  run: async ({ target, scene, random }) => {
    const engine = target.engine!
    const connection = await openConnection(engine, target.hangMs)
    try {
      const shot = makeShot(scene, random, isEngine)
      const problem = await askOver(connection, shot, [bearer(engine.secret)])
      return { requests: requestsOf(shot.expected), problem, name: shot.name }
    } finally {
      connection.close()
    }
  },
}

const way = (title: string, ways: typeof WAYS, random: Random): Task => {
  const name = random.pick(Object.keys(ways))
  // Seventeen megabytes are sent now and then only.
  if (name === 'too large' && !random.once(10)) return PLAIN
  return {
    name: `${title} ${name}`,
    run: ({ target, scene }) => goWay(ways[name]!, target, () => makeShot(scene, random), random),
  }
}

const requestsOf = (expected: unknown): number => (Array.isArray(expected) ? Math.max(1, expected.length) : 1)

/** A connection that is kept for many requests. */
interface KeepAlive {
  get(): Promise<Connection>
  drop(): void
}

const createKeepAlive = ({ host, port, hangMs }: Target): KeepAlive => {
  let kept: Connection | undefined
  let usedMs = 0
  return {
    async get() {
      // One that was idle for long may be closed by the server just when it is written to.
      if (Date.now() - usedMs > MAX_IDLE_MS) kept?.close()
      if (kept === undefined || kept.socket.destroyed) kept = await openConnection({ host, port }, hangMs)
      usedMs = Date.now()
      return kept
    },
    drop() {
      kept?.close()
      kept = undefined
    },
  }
}

/** The server keeps an idle connection for 75 s. */
const MAX_IDLE_MS = 30_000
