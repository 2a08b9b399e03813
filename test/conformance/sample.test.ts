/**
 * A fixed sample of the official vectors, small enough for every `npm test`; `npm run vectors` runs them all.
 * All encodings, all precompiles but the slowest, of state and blockchain tests something from every folder.
 */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KINDS, type KindName } from './kind.ts'
import { type FileReport, type Job, runJobs } from './pool.ts'
import { findVectors, vectorFiles } from './vectors.ts'

/** How many files of each folder, first by name; `undefined`: all. */
const FILES_PER_FOLDER: Readonly<Record<KindName, number | undefined>> = {
  rlp: undefined,
  trie: undefined,
  transaction: undefined,
  precompiles: undefined,
  state: 2,
  blockchain: 3,
}

/** Multiplications of up to 128 points, 7 s a file. Their failing inputs and the state tests' stay in. */
const SLOW = /[\\/]blsG[12]MultiExp\.json$/

/** Fewer cases than these would mean that vectors are lost on the way. */
const LEAST_CASES: Readonly<Record<KindName, number>> = {
  rlp: 55,
  trie: 100,
  transaction: 2600,
  precompiles: 1500,
  state: 1000,
  blockchain: 30,
}

const WORKERS = 2
const TIMEOUT_MS = 180_000

const vectors = findVectors()

describe('official vectors', () => {
  for (const kind of Object.keys(KINDS) as KindName[]) {
    const folder = vectors && join(vectors, KINDS[kind].folder)
    if (folder === undefined || !existsSync(folder)) {
      it(`${kind} vectors: LEFT OUT, for there are none (see DEED_VECTORS in the README)`, () => {
        expect(folder === undefined || !existsSync(folder)).toBe(true)
      })
      continue
    }
    it(`${kind}: a fixed sample passes`, { timeout: TIMEOUT_MS }, async () => {
      const reports: FileReport[] = []
      const setup = { engine: 'interpreter', fork: undefined, match: undefined }
      await runJobs(sample(kind, folder), WORKERS, setup, (report) => reports.push(report))
      const failures = reports.flatMap(({ file, others }) =>
        others
          .filter(({ status }) => status === 'failed')
          .map(({ id, reason }) => `${file} ${id}: ${reason}`),
      )
      expect(failures).toEqual([])
      const passed = reports.reduce((sum, report) => sum + report.passed, 0)
      expect(passed).toBeGreaterThanOrEqual(LEAST_CASES[kind])
    })
  }
})

const sample = (kind: KindName, folder: string): Job[] => {
  const limit = FILES_PER_FOLDER[kind] ?? Number.POSITIVE_INFINITY
  const taken = new Map<string, number>()
  const jobs: Job[] = []
  for (const file of vectorFiles(folder)) {
    const count = taken.get(dirname(file)) ?? 0
    if (count === limit || SLOW.test(file)) continue
    taken.set(dirname(file), count + 1)
    jobs.push({ kind, file })
  }
  return jobs
}
