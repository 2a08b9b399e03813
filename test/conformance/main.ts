/**
 * Runs the official Ethereum vectors:
 *
 *     npm run vectors [-- KIND [DIR]] [--engine E] [--fork F] [--match S] [--jobs N] [--json]
 *
 * The last line is `N passed, M failed, K left out`. Exit code 1 if anything failed or nothing ran.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { ENGINES, isKind, KINDS, type KindName } from './kind.ts'
import { type FileReport, type Job, runJobs } from './pool.ts'
import { demandVectors, VectorsError, vectorFiles } from './vectors.ts'

const USAGE = `npm run vectors [-- KIND [DIR]] [--engine E] [--fork F] [--match S] [--jobs N] [--json]
  KIND    one of ${Object.keys(KINDS).join(', ')}; without it, all
  DIR     a folder or file of that kind; without it, the official vectors
  E       one of ${Object.keys(ENGINES).join(', ')}
  F       only this fork, as the vectors name it
  S       only files or cases whose name contains this
  N       worker threads, 1 to ${availableParallelism()} here`

const NO_VECTORS = `There are no vectors: name their folder or archive in DEED_VECTORS, or put them into
../shared/vectors. README.md says where the official releases are.`

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      engine: { type: 'string', default: 'interpreter' },
      fork: { type: 'string' },
      match: { type: 'string' },
      jobs: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const [kind, place, ...more] = positionals
  if (kind !== undefined && !isKind(kind)) throw new VectorsError(`"${kind}" is no kind.\n${USAGE}`)
  if (place !== undefined && !existsSync(place)) throw new VectorsError(`${place} does not exist.`)
  if (more.length > 0) throw new VectorsError(`Too many arguments: ${more.join(' ')}.\n${USAGE}`)
  if (!Object.hasOwn(ENGINES, values.engine)) {
    throw new VectorsError(`"${values.engine}" is no engine.\n${USAGE}`)
  }
  const workers = Number(values.jobs)
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw new VectorsError(`--jobs ${values.jobs} is not a whole number from 1 to ${MAX_WORKERS}.`)
  }

  const root = place ?? demandVectors()
  if (root === undefined) throw new VectorsError(NO_VECTORS)
  const files = collect(kind, place, root)
  // A match may be about files or about the cases in them: files that match are run whole.
  const { match } = values
  const named = match === undefined ? [] : files.filter((job) => job.file.includes(match))
  const jobs = named.length > 0 ? named : files
  const setup = { engine: values.engine, fork: values.fork, match: named.length > 0 ? undefined : match }

  const total = { passed: 0, failed: 0, leftOut: 0 }
  let done = 0
  await runJobs(jobs, workers, setup, (report) => {
    tally(total, report)
    print(report, root, values.json)
    done++
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${done} of ${jobs.length} files, ${total.failed} failed`)
    }
  })
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  console.log(
    values.json
      ? JSON.stringify(total)
      : `${total.passed} passed, ${total.failed} failed, ${total.leftOut} left out`,
  )
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}

const MAX_WORKERS = 256

const collect = (kind: KindName | undefined, place: string | undefined, root: string): Job[] => {
  const kinds = kind === undefined ? (Object.keys(KINDS) as KindName[]) : [kind]
  return kinds.flatMap((name) => {
    const folder = place ?? join(root, KINDS[name].folder)
    return existsSync(folder) ? vectorFiles(folder).map((file) => ({ kind: name, file })) : []
  })
}

const tally = (total: { passed: number; failed: number; leftOut: number }, report: FileReport): void => {
  total.passed += report.passed
  for (const { status } of report.others) total[status === 'failed' ? 'failed' : 'leftOut']++
}

const print = ({ kind, file, others }: FileReport, root: string, json: boolean): void => {
  for (const { id, status, reason } of others) {
    const name = relative(root, file) || file
    if (json) console.log(JSON.stringify({ kind, file: name, id, status, reason }))
    else
      console.log(`${status.toUpperCase()} ${kind} ${name} ${id}\n    ${reason.replaceAll('\n', '\n    ')}`)
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  const isUsage =
    error instanceof VectorsError || (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')
  console.error(isUsage ? (error as Error).message : error)
  process.exitCode = 1
}
