import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: true,
    // Mermaid alone is more than Vite's limit; `test/web/size.test.ts` watches what is loaded first.
    chunkSizeWarningLimit: 2_000,
    // "use client" of libraries means nothing where everything runs on the client.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      // What every page stands on is one file: in many small ones it is the larger for it, packed one by one.
      output: {
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler|react-router|i18next|react-i18next|@tanstack)\//,
            },
          ],
        },
      },
    },
  },
});
