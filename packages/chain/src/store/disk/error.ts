export type DiskErrorCode =
  /** Another process owns the folder. */
  | 'DEED_FOLDER_IN_USE'
  /** The folder holds something else; it is left alone. */
  | 'DEED_FOLDER_FOREIGN'
  /** A later version of Deed wrote the folder. */
  | 'DEED_FOLDER_NEWER'
  /** What is on the disk is not what was written there. */
  | 'DEED_STORE_DAMAGED'
  | 'DEED_DISK_FULL'
  | 'DEED_DISK_FAILED'
  /** A write failed before: nothing is written until the chain is opened again. */
  | 'DEED_STORE_READ_ONLY'
  /** There is no chain where one was to be. */
  | 'DEED_FOLDER_ABSENT'
  /** There is something where a chain was to come. */
  | 'DEED_FOLDER_NOT_EMPTY'
  | 'DEED_EXPORT_FAILED'
  | 'DEED_IMPORT_FAILED'
  /** A file is something else. */
  | 'DEED_IMPORT_FOREIGN'
  /** A file is not as it was written. */
  | 'DEED_IMPORT_DAMAGED'

/** What a disk can do to a store. `cause` is the database's own error. */
export class DiskError extends Error {
  override readonly name = 'DiskError'
  readonly code: DiskErrorCode
  constructor(code: DiskErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export const damaged = (folder: string, what: string, cause?: unknown): DiskError =>
  new DiskError(
    'DEED_STORE_DAMAGED',
    `The chain in ${folder} is damaged: ${what}. Nothing was changed. Put a copy of the folder back, or look at the disk; ` +
      'delete it to begin a new chain',
    cause,
  )

/** A failed write in a person's words. */
export const writeFailed = (folder: string, error: unknown): DiskError => {
  const why = reasonOf(error)
  const isFull = /no space left|file too large|quota/i.test(why)
  return new DiskError(
    isFull ? 'DEED_DISK_FULL' : 'DEED_DISK_FAILED',
    `The disk did not take a write to ${folder} (${why}), so nothing was changed. The chain can be read; ` +
      `${isFull ? 'make room' : 'look at the disk'} and start again to go on`,
    error,
  )
}

/** The deepest message is the one that names file and cause. */
export const reasonOf = (error: unknown): string => {
  const { message, cause } = error as { message?: string; cause?: unknown }
  return cause === undefined ? String(message ?? error) : reasonOf(cause)
}

export const readOnly = (folder: string, first: DiskError): DiskError =>
  new DiskError(
    'DEED_STORE_READ_ONLY',
    `The chain in ${folder} can only be read, since a write failed (${reasonOf(first)}). Mend that and start again`,
    first,
  )
