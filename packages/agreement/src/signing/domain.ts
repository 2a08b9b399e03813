/** The name in the domain of a deed's signatures (EIP-712). */

/** OpenZeppelin's EIP-712 keeps the name of a domain in one word. */
const MOST_DOMAIN_BYTES = 31

/** The title as wallets show it beside what is signed: as much of it, in whole words, as a domain's name can be. */
export const domainName = (title: string): string => {
  const bytes = (text: string) => new TextEncoder().encode(text).length
  if (bytes(title) <= MOST_DOMAIN_BYTES) return title
  const words = title.split(' ')
  while (words.length > 1 && bytes(`${words.join(' ')} ...`) > MOST_DOMAIN_BYTES) words.pop()
  const short = `${words.join(' ')} ...`
  return bytes(short) <= MOST_DOMAIN_BYTES ? short : 'Deed'
}
