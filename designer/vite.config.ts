import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import react from "@vitejs/plugin-react"
import type { Plugin } from "vite"
import { defineConfig } from "vitest/config"

/** A server of `jimu up` to send calls to while developing. */
const SERVER = process.env.JIMU_SERVER ?? "http://127.0.0.1:8000"

/** Lays a gzip file beside each built one: the server sends that and packs nothing itself. */
function packed(): Plugin {
  let folder = ""
  return {
    name: "packed",
    apply: "build",
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir, "assets")
    },
    closeBundle: () => {
      for (const name of readdirSync(folder).filter((each) => /\.(js|css)$/.test(each)))
        writeFileSync(
          join(folder, `${name}.gz`),
          gzipSync(readFileSync(join(folder, name)), { level: 9 }),
        )
    },
  }
}

export default defineConfig({
  plugins: [react(), packed()],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // Named only in the form library's own test code; ours takes its place (see forms/validator).
      "@rjsf/validator-ajv8": fileURLToPath(new URL("./src/forms/validator.ts", import.meta.url)),
    },
  },
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 2500,
    rolldownOptions: {
      output: {
        // What every screen needs is one file instead of thirty. Nothing more is put together by
        // hand: shared parts that need each other would not start.
        codeSplitting: { groups: [{ name: "frame", tags: ["$initial"] }] },
      },
    },
  },
  server: { proxy: { "/api": SERVER, "/hooks": SERVER } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    unstubGlobals: true,
    // Reading Ant Design anew for each file would take longer than the tests.
    isolate: false,
    // A slow machine is no fault of the code.
    testTimeout: 60_000,
    // Inlined so that the alias above holds inside of it too.
    server: { deps: { inline: [/@rjsf\//] } },
  },
})
