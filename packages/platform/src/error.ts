import type { ApiError } from './gateway/api.ts'

/** An error that a person can act on: REST, the log and the command line print the same three things. */
export class PlatformError extends Error {
  readonly code: string
  readonly details: Record<string, unknown> | undefined

  /**
   * @param code stable, `DEED_…`.
   * @param message what was wrong and what to do, in sentences.
   * @param details the values that were wrong; must survive `JSON.stringify`.
   */
  constructor(code: string, message: string, details?: Record<string, unknown>) {
    super(message)
    this.name = 'PlatformError'
    this.code = code
    this.details = details
  }
}

export const toApiError = (error: PlatformError): ApiError => ({
  code: error.code,
  message: error.message,
  ...(error.details && { details: error.details }),
})
