/** Where everything is kept that outlives a command: `.deed` in the current folder, unless told otherwise. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { CommandError } from './fault.ts'
import { text } from './options.ts'
import type { Terminal } from './terminal.ts'

export const DATA_OPTION = text('DIR', 'where everything is kept; default: DEED_DATA, else .deed')

export const dataFolderOf = (given: string | undefined, { folder, env }: Terminal): string =>
  resolve(folder, given ?? env.DEED_DATA ?? '.deed')

/** Makes the folder where it is missing, and keeps it out of the user's repository. */
export const claimDataFolder = async (given: string | undefined, terminal: Terminal): Promise<string> => {
  const folder = dataFolderOf(given, terminal)
  try {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch(unlessThere)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(
      'DEED_DATA_FOLDER',
      `Nothing can be kept in ${folder} (${code}). Choose another folder with --data DIR, or keep nothing with --memory.`,
      { cause },
    )
  }
  return folder
}

const unlessThere = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error
}
