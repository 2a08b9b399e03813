/** The text of a deed from its file. */
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { MOST_BYTES, type Read, readDeed } from '@deed/agreement/language'
import { CommandError } from '../../fault.ts'

export interface File {
  readonly path: string
  /** As somebody wrote it. */
  readonly shown: string
  readonly name: string
  readonly text: string
}

/** A deed has 64 KB at most; of anything larger only the beginning is looked at. */
const MOST_READ = 16 * MOST_BYTES

export const readFileOf = async (folder: string, shown: string): Promise<File> => {
  const path = resolve(folder, shown)
  const found = await stat(path).catch(() => undefined)
  if (!found?.isFile()) {
    throw new CommandError(
      'DEED_NOT_FOUND',
      `There is no file ${shown === '' ? '""' : shown}. Give the text of a deed, such as examples/lease/lease.deed.`,
    )
  }
  if (found.size > MOST_READ) {
    throw new CommandError(
      'DEED_NOT_A_DEED',
      `${shown} has ${found.size} bytes, and a deed has ${MOST_BYTES} at most.`,
    )
  }
  const bytes = await readFile(path)
  try {
    return {
      path,
      shown,
      name: basename(path),
      text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
    }
  } catch (cause) {
    throw new CommandError('DEED_NOT_TEXT', `${shown} is not text in UTF-8. Save it as such.`, { cause })
  }
}

/** @throws unless it was read and proved without findings. */
export const proved = ({ shown }: File, read: Read): Required<Read> => {
  const { findings, deed, tokens, model, proof, formatted } = read
  if (findings.length === 0 && deed && tokens && model && proof && formatted !== undefined)
    return { findings, deed, tokens, model, proof, formatted }
  throw new CommandError(
    'DEED_NOT_PROVED',
    `${shown} has errors: \`deed agreement check ${shown}\` says which.`,
  )
}

export { readDeed }
