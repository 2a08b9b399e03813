/** Texts to begin with: a little deed of our own, and the agreements that ship with Deed. */

const files = import.meta.glob<string>('../../../../examples/*/*.deed', { query: '?raw', import: 'default' })

export interface Starter {
  readonly name: string
  readonly load: () => Promise<string>
}

const named = (path: string): string => {
  const name = path.slice(path.lastIndexOf('/') + 1, -'.deed'.length)
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ')
}

export const STARTERS: readonly Starter[] = Object.entries(files)
  .map(([path, load]) => ({ name: named(path), load }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))

export const LITTLE = `# Sale of a bicycle

Seller sells the bicycle in {listing} to Buyer for {price}.

## 1. Terms

- Seller and Buyer are parties.
- USDC is money with 6 decimals.
- price is an amount in USDC from 10 USDC to 5,000 USDC, agreed at signing.
- listing is a document, agreed at signing.
- purse is USDC held for Buyer.

## 2. Payment

Buyer pays within a week, or there is no sale.

- Within 7 days:
  - Buyer must pay price into purse:
    - Begin Delivery.
- Otherwise:
  - End.

## 3. Delivery

Buyer accepts what was delivered. Silence returns the money.

- Within 14 days:
  - Buyer may accept:
    - Release all of purse to Seller.
- Otherwise:
  - End.
`
