/**
 * A chain as one file that can be carried to another machine: everything in its folder, whatever files that is made
 * of. Packed by gzip: a line of JSON that says what it is, rows (length of key, length of value, key, value), and a
 * SHA-256 of all before it.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, renameSync, rmSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { CODECS } from './codec.ts'
import type { Database, Operation } from './database.ts'
import { DiskError, reasonOf } from './error.ts'
import { deleteFolder, openFolder } from './folder.ts'
import { SYNCED } from './journal.ts'
import { FORMAT_KEY, FORMAT_VERSION, formatOperation } from './migrations.ts'
import { seal, unseal } from './seal.ts'

export interface ExportSummary {
  readonly chainId: string
  /** Number and hash of the head. */
  readonly number: number
  readonly hash: string
  readonly rows: number
}

type Progress = (rows: number) => void

/** Writes the chain in a folder to a file, whole or not at all. @throws DiskError */
export const exportFolder = async (
  folder: string,
  file: string,
  progress: Progress = () => {},
): Promise<ExportSummary> => {
  if (!existsSync(folder)) throw nothingThere(folder)
  const database = await openFolder(folder)
  const temporary = `${file}.${process.pid}`
  try {
    const head = summaryOf(database, folder)
    let rows = 0
    const bytes = async function* () {
      const hash = createHash('sha256')
      const line = Buffer.from(`${JSON.stringify({ kind: KIND, format: FORMAT_VERSION, ...head })}\n`)
      hash.update(line)
      yield line
      for await (const row of rowsOf(database, folder)) {
        hash.update(row)
        yield row
        if (++rows % PROGRESS_ROWS === 0) progress(rows)
      }
      const end = rowBytes(NO_BYTES, NO_BYTES)
      yield Buffer.concat([end, hash.update(end).digest()])
    }
    await pipeline(bytes, createGzip({ level: 1 }), createWriteStream(temporary, { flush: true }))
    renameSync(temporary, file)
    return { ...head, rows }
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error instanceof DiskError ? error : notWritten(file, error)
  } finally {
    await database.close()
  }
}

/** Makes a folder of such a file; one that holds a chain already is left alone. @throws DiskError */
export const importFolder = async (
  file: string,
  folder: string,
  progress: Progress = () => {},
): Promise<ExportSummary> => {
  if (existsSync(folder)) throw notEmpty(folder)
  // A folder that is half full never bears the name that is opened.
  const temporary = `${resolve(folder)}.${process.pid}.import`
  const reader = readRows(file)
  const head = (await reader.next()).value as Head
  const database = await openFolder(temporary)
  let rows = 0
  try {
    let operations: Operation[] = [formatOperation(head.format)]
    let bytes = 0
    const flush = async () => {
      await database.batch([...operations, SYNCED], { sync: true })
      operations = []
      bytes = 0
    }
    for await (const { key, value } of reader as AsyncGenerator<Row>) {
      operations.push({ type: 'put', key, value: seal(key, value) })
      bytes += value.length
      if (bytes > BATCH_BYTES || operations.length > BATCH_ROWS) await flush()
      if (++rows % PROGRESS_ROWS === 0) progress(rows)
    }
    await flush()
    await database.close()
    renameSync(temporary, folder)
  } catch (error) {
    await database.close()
    await deleteFolder(temporary)
    throw error instanceof DiskError ? error : notRead(file, error)
  }
  const { chainId, number, hash } = head
  return { chainId, number, hash, rows }
}

interface Head extends Omit<ExportSummary, 'rows'> {
  readonly kind: string
  readonly format: number
}

interface Row {
  readonly key: Uint8Array
  readonly value: Uint8Array
}

const KIND = 'deed chain export'
const PROGRESS_ROWS = 10_000
const BATCH_BYTES = 4 * 1024 * 1024
const BATCH_ROWS = 20_000
const HASH_BYTES = 32
/** Lengths of key and value. */
const PREFIX_BYTES = 5
const MAX_HEAD_BYTES = 4_096
/** A block of blobs is 10 MB at most. */
const MAX_VALUE_BYTES = 256 * 1024 * 1024
const NO_BYTES = new Uint8Array(0)

const summaryOf = (database: Database, folder: string): Omit<ExportSummary, 'rows'> => {
  const read = <T>(table: keyof typeof CODECS, key: string): T => {
    const at = CODECS[table].key(key)
    const sealed = database.getSync(at)
    const value = sealed && unseal(at, sealed)
    if (!value) throw nothingThere(folder)
    return CODECS[table].decode(value, key) as T
  }
  const hash = read<string>('meta', 'head')
  const { block } = read<{ block: { header: { number: bigint } } }>('block', hash)
  return { chainId: read('meta', 'chainId'), number: Number(block.header.number), hash }
}

async function* rowsOf(database: Database, folder: string): AsyncGenerator<Buffer> {
  const everything = { gte: Uint8Array.of(0), lte: new Uint8Array(100).fill(0xff) }
  for await (const [key, sealed] of database.iterator(everything)) {
    if (isKey(key, SYNCED.key) || isKey(key, FORMAT_KEY)) continue
    const value = unseal(key, sealed)
    if (!value)
      throw new DiskError('DEED_STORE_DAMAGED', `The chain in ${folder} is damaged, and was not exported`)
    yield rowBytes(key, value)
  }
}

const isKey = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

const rowBytes = (key: Uint8Array, value: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(PREFIX_BYTES)
  prefix[0] = key.length
  prefix.writeUInt32BE(value.length, 1)
  return Buffer.concat([prefix, key, value])
}

/** First the head, then rows; returns when the file is whole, and throws where it is not. */
async function* readRows(file: string): AsyncGenerator<Head | Row> {
  const hash = createHash('sha256')
  let held: Buffer = Buffer.alloc(0)
  const input = createReadStream(file)
  const unpacked = createGunzip()
  // A pipe does not carry errors on.
  input.on('error', (error) => unpacked.destroy(error)).pipe(unpacked)
  const source = unpacked[Symbol.asyncIterator]()
  const more = async (): Promise<boolean> => {
    const { value, done } = await source.next()
    if (done) return false
    held = held.length === 0 ? value : Buffer.concat([held, value])
    return true
  }
  const need = async (bytes: number): Promise<void> => {
    while (held.length < bytes) if (!(await more())) throw incomplete(file)
  }
  const take = (bytes: number): Buffer => {
    const taken = held.subarray(0, bytes)
    held = held.subarray(bytes)
    return taken
  }
  try {
    while (!held.includes(10)) {
      if (held.length > MAX_HEAD_BYTES || !(await more())) throw foreign(file)
    }
    const line = take(held.indexOf(10) + 1)
    hash.update(line)
    yield headOf(line, file)
    for (;;) {
      await need(PREFIX_BYTES)
      const keyLength = held[0]!
      const valueLength = held.readUInt32BE(1)
      if (valueLength > MAX_VALUE_BYTES) throw incomplete(file)
      await need(PREFIX_BYTES + keyLength + valueLength)
      const row = take(PREFIX_BYTES + keyLength + valueLength)
      hash.update(row)
      if (keyLength === 0) break
      yield {
        key: row.subarray(PREFIX_BYTES, PREFIX_BYTES + keyLength),
        value: row.subarray(PREFIX_BYTES + keyLength),
      }
    }
    await need(HASH_BYTES)
    if (!hash.digest().equals(take(HASH_BYTES))) throw incomplete(file)
  } catch (error) {
    throw error instanceof DiskError ? error : notRead(file, error)
  }
}

const headOf = (line: Buffer, file: string): Head => {
  let head: Head
  try {
    head = JSON.parse(line.toString('utf8'))
  } catch {
    throw foreign(file)
  }
  if (head?.kind !== KIND) throw foreign(file)
  if (head.format > FORMAT_VERSION)
    throw new DiskError(
      'DEED_FOLDER_NEWER',
      `${file} has format ${head.format}, and this Deed reads formats up to ${FORMAT_VERSION}: use a newer Deed`,
    )
  return head
}

const nothingThere = (folder: string): DiskError =>
  new DiskError('DEED_FOLDER_ABSENT', `There is no chain in ${folder}. \`deed dev\` begins one`)

const notEmpty = (folder: string): DiskError =>
  new DiskError(
    'DEED_FOLDER_NOT_EMPTY',
    `${folder} is there already and was left as it is. Delete its chain with \`deed reset\`, or import into another folder`,
  )

const notWritten = (file: string, error: unknown): DiskError =>
  new DiskError('DEED_EXPORT_FAILED', `${basename(file)} was not written: ${reasonOf(error)}`, error)

const notRead = (file: string, error: unknown): DiskError => {
  const { code } = error as NodeJS.ErrnoException
  if (code?.startsWith('Z_')) return code === 'Z_BUF_ERROR' ? incomplete(file) : foreign(file)
  return new DiskError('DEED_IMPORT_FAILED', `${file} was not imported: ${reasonOf(error)}`, error)
}

const foreign = (file: string): DiskError =>
  new DiskError('DEED_IMPORT_FOREIGN', `${file} is not a chain that \`deed export\` wrote`)

const incomplete = (file: string): DiskError =>
  new DiskError(
    'DEED_IMPORT_DAMAGED',
    `${file} is not whole: it is cut off or was changed. Nothing was imported. Copy it again`,
  )
