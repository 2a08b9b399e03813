/** `npm run bench:chain`: a development chain of ours beside anvil and Hardhat's node, in alternation. */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { floorOfHttp } from './floor.ts'
import { growth } from './growth.ts'
import { MEASURES, type Measure } from './measures.ts'
import { PROGRAMS, type Program, run } from './programs.ts'

const USAGE = `Usage: npm run bench:chain -- [--only NAME,…] [--programs NAME,…] [--rounds N] [--growth] [--json]

Runs every measure on every program, one after the other, round after round, and prints medians and what ours is of
theirs. Nothing else should run on the machine meanwhile.

  --only      measures: ${MEASURES.map(({ name }) => name).join(', ')}, restart, floor
  --programs  ${PROGRAMS.map(({ name }) => `"${name}"`).join(', ')}; default: all
  --rounds    default 3
  --growth    how ours grows instead: figures at 1,000, 10,000 and 100,000 blocks and accounts
  --json      one object a line

Example: npm run bench:chain -- --only automine-32,batch --programs deed,anvil`

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    programs: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    growth: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const print = (row: object, line: string): void => console.log(values.json ? JSON.stringify(row) : line)
const median = (figures: readonly number[]): number => figures.toSorted((a, b) => a - b)[figures.length >> 1]!
const round = (figure: number): string =>
  figure.toLocaleString('en', { maximumFractionDigits: figure < 100 ? 1 : 0 })

const main = async (): Promise<void> => {
  if (values.help) return console.log(USAGE)
  if (values.growth) return growth(print)
  const names = values.programs?.split(',')
  const programs = PROGRAMS.filter(({ name }) => names?.includes(name) ?? true)
  const only = values.only?.split(',')
  const isWanted = (name: string) => only?.includes(name) ?? true
  const rounds = Number(values.rounds)
  if (!values.json)
    console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.versions.node}, ${rounds} rounds\n`)
  for (const measure of MEASURES.filter(({ name }) => isWanted(name)))
    await compare(measure, programs, rounds)
  if (isWanted('restart')) await compareRestarts(rounds)
  if (isWanted('floor')) {
    const figure = median(await Promise.all([await floorOfHttp(), await floorOfHttp(), await floorOfHttp()]))
    print(
      { measure: 'floor', figure, unit: '/s' },
      `floor: node:http that answers at once: ${round(figure)}/s`,
    )
  }
}

const compare = async (measure: Measure, programs: readonly Program[], rounds: number): Promise<void> => {
  const figures = new Map<string, number[]>(programs.map(({ name }) => [name, []]))
  for (let at = 0; at < rounds; at++)
    for (const program of programs) {
      if (measure.except?.[program.name]) continue
      const running = await run(program)
      try {
        figures.get(program.name)!.push(await measure.run(running))
      } catch (error) {
        console.error(`${measure.name}: ${program.name}: ${(error as Error).message}`)
      } finally {
        await running.stop()
      }
    }
  if (!values.json) console.log(`${measure.name}: ${measure.about}`)
  const ours = median(figures.get('deed') ?? [])
  for (const [name, all] of figures) {
    const figure = median(all)
    const ratio = measure.better === 'more' ? ours / figure : figure / ours
    const why = measure.except?.[name]
    const than = name.startsWith('deed') || why ? '' : `   ours is ${ratio.toFixed(2)} times as good`
    print(
      {
        measure: measure.name,
        program: name,
        figure: figure ?? null,
        unit: measure.unit,
        figures: all,
        ratio,
      },
      `  ${name.padEnd(15)} ${(why ? '-' : round(figure ?? Number.NaN)).padStart(10)} ${measure.unit}${than}${why ? `   left out: ${why}` : ''}`,
    )
  }
  if (!values.json) console.log('')
}

/** A chain that was there before: what `deed dev` starts with on every day but the first. */
const compareRestarts = async (rounds: number): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'deed-bench-'))
  const program = PROGRAMS.find(({ name }) => name === 'deed')!
  const figures: number[] = []
  for (let at = 0; at <= rounds; at++) {
    const running = await run(program, folder)
    if (at > 0) figures.push(running.startMs)
    await running.stop()
  }
  rmSync(folder, { recursive: true })
  print(
    { measure: 'restart', figure: median(figures), unit: 'ms', figures },
    `restart: second start of a chain on disk: ${round(median(figures))} ms\n`,
  )
}

await main()
