import { fileURLToPath } from "node:url"
import react from "@vitejs/plugin-react"
import { defineConfig } from "vitest/config"

/** A server of `jimu up` to send calls to while developing. */
const SERVER = process.env.JIMU_SERVER ?? "http://127.0.0.1:8000"

export default defineConfig({
  plugins: [react()],
  resolve: {
    alias: {
      "@": fileURLToPath(new URL("./src", import.meta.url)),
      // Named only in the form library's own test code; ours takes its place (see forms/validator).
      "@rjsf/validator-ajv8": fileURLToPath(new URL("./src/forms/validator.ts", import.meta.url)),
    },
  },
  build: { target: "es2022", chunkSizeWarningLimit: 2500 },
  server: { proxy: { "/api": SERVER, "/hooks": SERVER } },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
    // A slow machine is no fault of the code.
    testTimeout: 60_000,
    // Inlined so that the alias above holds inside of it too.
    server: { deps: { inline: [/@rjsf\//] } },
  },
})
