import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CommandError } from '../fault.ts'

/** The secret that a consensus client shares with the chain; one of our own is made where none is named. */
export const engineSecret = async (
  file: string | undefined,
  dataFolder: string,
  folder: string,
): Promise<string> => {
  const path = file === undefined ? join(dataFolder, 'engine.hex') : resolve(folder, file)
  try {
    if (file === undefined)
      await writeFile(path, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EEXIST') throw error
        },
      )
    const digits = (await readFile(path, 'utf8')).trim().replace(/^0x/, '')
    if (/^[0-9a-fA-F]{64}$/.test(digits)) return digits
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(
      'DEED_JWT_SECRET',
      `The Engine API's secret cannot be read from ${path} (${code}).`,
      {
        cause,
      },
    )
  }
  throw new CommandError(
    'DEED_JWT_SECRET',
    `${path} holds no secret of the Engine API: 64 hexadecimal digits, as consensus clients have them.`,
  )
}
