/** Every failed request answers in one form: `{code, message, details?}`, and never with a stack. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ZodError } from 'zod'
import { isAway } from '../chain/client.ts'
import { PlatformError, toApiError } from '../error.ts'
import type { Log } from '../log.ts'
import type { ApiError } from './api.ts'

const STATUS: Readonly<Record<string, number>> = {
  DEED_NOT_FOUND: 404,
  DEED_METHOD: 405,
  DEED_HOST: 403,
  DEED_ORIGIN: 403,
  DEED_TEXT_HASH: 422,
  DEED_TOO_MANY_AGREEMENTS: 409,
  DEED_TOO_MANY_STREAMS: 503,
  DEED_CHAIN_UNSTEADY: 503,
}

/** What Fastify itself finds wrong with a request. */
const OF_FASTIFY: Readonly<Record<string, readonly [status: number, code: string, message: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'DEED_BODY_TOO_LARGE', 'The body is too large: one megabyte at most.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    415,
    'DEED_MEDIA_TYPE',
    'Send JSON with the header Content-Type: application/json.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'DEED_BAD_JSON', 'The body is empty. Send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'DEED_BAD_JSON', 'The body is no JSON.'],
  FST_ERR_BAD_URL: [400, 'DEED_BAD_REQUEST', 'The path is not a valid URL path.'],
}

const ISSUES_SHOWN = 10
/** Messages of libraries may repeat what was sent. */
const MESSAGE_SHOWN = 200

export const answerError =
  (log: Log) =>
  (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void => {
    const [status, body] = describe(error)
    if (status === 500)
      log('error', `gateway: ${request.method} ${request.url} failed: ${error.message}`, {
        stack: error.stack,
      })
    void reply.code(status).type('application/json').send(body)
  }

const describe = (error: FastifyError | Error): [number, ApiError] => {
  if (error instanceof PlatformError) return [STATUS[error.code] ?? 500, toApiError(error)]
  if (error instanceof ZodError) return [400, badForm(error)]
  if (isAway(error))
    return [
      503,
      { code: 'DEED_CHAIN_AWAY', message: 'The chain does not answer. Try again when it is back.' },
    ]
  const { code, statusCode } = error as FastifyError
  const known = OF_FASTIFY[code]
  if (known) return [known[0], { code: known[1], message: known[2] }]
  if (statusCode && statusCode >= 400 && statusCode < 500)
    return [statusCode, { code: 'DEED_BAD_REQUEST', message: `${error.message.slice(0, MESSAGE_SHOWN)}.` }]
  return [500, { code: 'DEED_INTERNAL', message: 'Something went wrong in the platform; its log says what.' }]
}

const badForm = (error: ZodError): ApiError => {
  const issues = error.issues
    .slice(0, ISSUES_SHOWN)
    .map(({ path, message }) => ({ at: path.join('.'), message }))
  const [first] = issues
  return {
    code: 'DEED_BAD_REQUEST',
    message: first ? `${first.at ? `${first.at}: ` : ''}${first.message}.` : 'The request has another form.',
    details: { issues },
  }
}

export const notFound = (path: string): PlatformError =>
  new PlatformError('DEED_NOT_FOUND', `There is nothing at ${path.slice(0, 200)}.`, {
    path: path.slice(0, 200),
  })
