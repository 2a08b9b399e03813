/** Kysely on PGlite: PostgreSQL in this process, with one connection. */
import { type PGlite, PGlite as PGliteClass } from '@electric-sql/pglite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'

/** `-F` turns fsync off, which is PGlite's default: what was committed would not survive a power cut. */
const START_PARAMS = PGliteClass.defaultStartParams.filter((param) => param !== '-F')

/** @param folder of the data; the caller holds its lock. */
export const openPGlite = (folder: string): Promise<PGlite> =>
  PGliteClass.create({ dataDir: folder, startParams: START_PARAMS })

export const pgliteDialect = (open: () => Promise<PGlite>): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new PGliteDriver(open),
  createIntrospector: (db) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
})

/** Owns the one connection. Whoever asks for it waits until it is free, so that transactions do not mix. */
class PGliteDriver implements Driver {
  readonly #open: () => Promise<PGlite>
  #client: PGlite | undefined
  #free: Promise<void> = Promise.resolve()
  #release: () => void = () => {}

  constructor(open: () => Promise<PGlite>) {
    this.#open = open
  }

  async init() {
    this.#client = await this.#open()
  }

  async acquireConnection() {
    const before = this.#free
    const turn = Promise.withResolvers<void>()
    this.#free = before.then(() => turn.promise)
    await before
    this.#release = turn.resolve
    return connection(this.#client!)
  }

  async releaseConnection() {
    this.#release()
  }

  async beginTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('begin'))
  }

  async commitTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection) {
    await connection.executeQuery(CompiledQuery.raw('rollback'))
  }

  async destroy() {
    await this.#client?.close()
  }
}

const connection = (client: PGlite): DatabaseConnection => ({
  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, affectedRows } = await client.query<R>(sql, [...parameters])
    return { rows, numAffectedRows: BigInt(affectedRows ?? 0) }
  },
  // biome-ignore lint/correctness/useYield: the whole result is in this process anyway.
  async *streamQuery() {
    throw new Error('PGlite has no cursors.')
  },
})
