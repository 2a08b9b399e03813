import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Who may speak to the server besides programs and pages of the same machine. */
export interface AccessRules {
  /** More names that the Host header may have, without port. */
  readonly hosts: readonly string[]
  /** More origins, such as `https://app.example.org`; `*` allows every one. */
  readonly origins: readonly string[]
}

export interface Refusal {
  readonly code: 'DEED_HTTP_HOST' | 'DEED_HTTP_ORIGIN'
  readonly message: string
}

/**
 * Whether a request may come in. The Host header stops a page of another site that lets its own name point
 * to this machine (DNS rebinding); the Origin header stops pages of other sites that call directly.
 * Programs send no origin.
 */
export const refusalOf = ({ headers }: IncomingMessage, rules: AccessRules): Refusal | undefined => {
  const { host, origin } = headers
  const name = host === undefined ? undefined : hostName(host)
  if (name === undefined || !(isLoopback(name) || rules.hosts.includes(name)))
    return {
      code: 'DEED_HTTP_HOST',
      message: `Host ${JSON.stringify(host ?? '')} is not allowed: call the server by a loopback name, or allow the host`,
    }
  if (origin === undefined || isAllowedOrigin(origin, rules)) return undefined
  return {
    code: 'DEED_HTTP_ORIGIN',
    message: `Origin ${JSON.stringify(origin)} is not allowed: only pages of this machine and browser extensions are, or allow the origin`,
  }
}

const isAllowedOrigin = (origin: string, { origins }: AccessRules): boolean => {
  if (origins.includes(origin) || origins.includes('*')) return true
  const url = URL.parse(origin)
  if (url === null) return false
  if (EXTENSIONS.has(url.protocol)) return true
  return (url.protocol === 'http:' || url.protocol === 'https:') && isLoopback(hostName(url.host) ?? '')
}

/** Protocols of pages that belong to a browser extension, such as a wallet. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'chrome-extension:',
  'moz-extension:',
  'safari-web-extension:',
])

/** A Host header's name in lower case, without port and without the brackets of IPv6. */
const hostName = (host: string): string | undefined => {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/.exec(host.toLowerCase())
  return match?.[1] ?? match?.[2]
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' ||
  name.endsWith('.localhost') ||
  name === '::1' ||
  (isIP(name) === 4 && name.startsWith('127.'))
