import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CommandError } from './fault.ts'

/** A new folder in the system's temporary one, for as long as a command runs. */
export const temporaryFolder = async (name: string): Promise<string> => {
  try {
    return await mkdtemp(join(tmpdir(), `deed-${name}-`))
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new CommandError(
      'DEED_TEMP_FOLDER',
      `The temporary folder ${tmpdir()} cannot be written (${code}). Make room there, or set TMPDIR to another folder.`,
      { cause },
    )
  }
}
