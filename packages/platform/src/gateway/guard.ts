/**
 * Who may speak to the gateway: whoever asks for it by a name of this machine (a page elsewhere that has its own name
 * point here does not), and pages that come from here, from a loopback address or from a browser extension.
 */
import { PlatformError } from '../error.ts'

const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/
const EXTENSION = /^(chrome|moz|safari-web)-extension:$/

/**
 * @param hosts names besides loopback by which the gateway may be asked for, without port.
 * @throws `DEED_HOST` or `DEED_ORIGIN`.
 */
export const checkSource = (
  { host, origin }: { host?: string | undefined; origin?: string | undefined },
  hosts: readonly string[],
): void => {
  const name = hostnameOf(`http://${host}`)
  if (!name || !isOurs(name, hosts))
    throw new PlatformError(
      'DEED_HOST',
      `This platform does not answer for the host ${host ?? '(none)'}. Use a loopback address, or allow the name with DEED_HOSTS.`,
      { host: host ?? null },
    )
  if (origin === undefined) return
  const from = hostnameOf(origin)
  const allowed = EXTENSION.test(`${origin.split(':')[0]}:`) || (from !== undefined && isOurs(from, hosts))
  if (!allowed)
    throw new PlatformError(
      'DEED_ORIGIN',
      `Pages from ${origin} may not use this platform. Open the page from the platform's own address, or allow the name with DEED_HOSTS.`,
      { origin },
    )
}

const isOurs = (name: string, hosts: readonly string[]) => LOOPBACK.test(name) || hosts.includes(name)

const hostnameOf = (url: string): string | undefined => {
  try {
    return new URL(url).hostname
  } catch {
    return undefined
  }
}
