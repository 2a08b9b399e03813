import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2022',
    // The page asks for nothing but its own files, so that a strict Content-Security-Policy can stand: no
    // inline script, no data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What changes rarely keeps its name when the page changes, so that a browser keeps it.
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|seroval|isbot)/ },
            { name: 'ethereum', test: /node_modules[\\/](viem|abitype|ox|@noble|@scure)/ },
          ],
        },
      },
    },
  },
})
