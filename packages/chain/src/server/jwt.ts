/** Who may use the Engine API: whoever proves to have the shared secret (execution-apis, engine/authentication.md). */
/** Seconds by which a token's time may differ from ours. */
const MAX_AGE_SECONDS = 60
/** Bytes of a secret. */
const SECRET_BYTES = 32

/**
 * Why a request is not let in; `undefined` if it is.
 *
 * @param authorization the header: `Bearer`, and a JSON Web Token signed with HMAC-SHA-256.
 * @param now seconds since 1970.
 */
export const jwtRefusal = (
  authorization: string | undefined,
  secret: Uint8Array,
  now: number,
): string | undefined => {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) return 'missing token: send Authorization: Bearer with a JSON Web Token'
  const [head, body, signature, ...more] = token.split('.')
  if (!head || !body || !signature || more.length > 0) return 'malformed token: expected three parts'
  if (field(head, 'alg') !== 'HS256') return 'the token must be signed with HS256'
  // Only now: most chains start without the Engine API.
  const { createHmac, timingSafeEqual } = process.getBuiltinModule('node:crypto')
  const expected = createHmac('sha256', secret).update(`${head}.${body}`).digest()
  const given = Buffer.from(signature, 'base64url')
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    return 'the token is signed with another secret'
  const issuedAt = field(body, 'iat')
  if (typeof issuedAt !== 'number') return 'the token says no time (iat)'
  if (Math.abs(now - issuedAt) > MAX_AGE_SECONDS)
    return `the token is ${now - issuedAt} seconds old: at most ${MAX_AGE_SECONDS} are allowed`
  const expiry = field(body, 'exp')
  return typeof expiry === 'number' && expiry < now ? 'the token has expired' : undefined
}

/** A secret as clients keep it in a file: 64 hexadecimal digits, with 0x or without. Throws {@link SecretError}. */
export const parseSecret = (text: string): Uint8Array => {
  const digits = text.trim().replace(/^0x/, '')
  if (!/^[0-9a-fA-F]{64}$/.test(digits)) throw new SecretError()
  return Buffer.from(digits, 'hex')
}

const field = (part: string, name: string): unknown => {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
  } catch {
    return undefined
  }
}

class SecretError extends Error {
  override readonly name = 'SecretError'
  readonly code = 'DEED_JWT_SECRET'
  constructor() {
    super(`A secret of the Engine API is ${SECRET_BYTES} bytes as ${2 * SECRET_BYTES} hexadecimal digits`)
  }
}
