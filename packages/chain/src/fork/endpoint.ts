/** Where an origin answers, and what must not be told of that. */
import { type Hash, keccakHash } from '@deed/evm'
import { ForkError } from './error.ts'

export interface Endpoint {
  /** For requests alone: its path and query are often a key. */
  readonly url: string
  /** What messages name. */
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  /** Tells addresses apart without telling them. */
  readonly id: Hash
  /** What the origin says, without what only it and its user should know. */
  conceal(text: string): string
}

/** Parts of an address that are shorter are words rather than keys. */
const LEAST_KEY = 8

/** @param headers as `Name: value`. @throws ForkError */
export const parseEndpoint = (text: string, headers: readonly string[] = []): Endpoint => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ForkError(
      'DEED_FORK_URL',
      `The origin's address must be an http or https URL such as https://eth.example.org; ${
        url === undefined ? 'it is no URL' : `it begins with ${url.protocol}`
      }`,
    )
  const { username, password, host } = url
  const id = keccakHash(new TextEncoder().encode(url.href))
  // fetch refuses credentials within a URL.
  url.username = ''
  url.password = ''
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const given = headers.map(parseHeader)
  const secrets = [
    ...url.pathname.split('/'),
    ...url.searchParams.values(),
    ...given.flatMap(([, value]) => value.split(' ')),
    decodeURIComponent(password),
  ].filter((secret) => secret.length >= LEAST_KEY)
  return {
    url: url.href,
    host,
    id,
    headers: {
      ...(credentials !== ':' && { authorization: `Basic ${base64(credentials)}` }),
      ...Object.fromEntries(given),
    },
    conceal: (said) => secrets.reduce((text, secret) => text.replaceAll(secret, '…'), said),
  }
}

const parseHeader = (text: string): readonly [string, string] => {
  const [, name, value] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*?)\s*$/.exec(text) ?? []
  if (name !== undefined && /^[\t\x20-\x7e\x80-\xff]+$/.test(value!)) return [name.toLowerCase(), value!]
  // What follows the name may be a key, and without a colon all of it may.
  throw new ForkError(
    'DEED_FORK_HEADER',
    `A header for the origin must be written "Name: value"; ${name === undefined ? 'one has no name' : `the value of ${name} is none`}`,
  )
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
