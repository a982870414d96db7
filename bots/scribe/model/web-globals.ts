/**
 * What the providers' clients take for granted and a Medplum bot's context lacks: it has `fetch`, `URL` and text coders
 * and no other global of the web. What Node keeps in modules comes from there; of `Headers`, which it does not, this has
 * what the clients and any `fetch` use. To be imported before a client is: they look for these while they load.
 */
import { Blob } from 'node:buffer';
import { clearTimeout, setTimeout } from 'node:timers';
import { ReadableStream } from 'node:stream/web';
import { transferableAbortController } from 'node:util';

class PlainHeaders implements Iterable<[string, string]> {
  readonly #values = new Map<string, string>();

  constructor(init: Iterable<readonly [string, string]> | Record<string, string> = []) {
    for (const [name, value] of Symbol.iterator in init ? init : Object.entries(init)) {
      this.append(name, value);
    }
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.set(name, before === null ? value : `${before}, ${value}`);
  }

  set(name: string, value: string): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  get(name: string): string | null {
    return this.#values.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  entries(): MapIterator<[string, string]> {
    return this.#values.entries();
  }

  keys(): MapIterator<string> {
    return this.#values.keys();
  }

  values(): MapIterator<string> {
    return this.#values.values();
  }

  forEach(callback: (value: string, name: string) => void): void {
    this.#values.forEach(callback);
  }

  [Symbol.iterator](): MapIterator<[string, string]> {
    return this.#values.entries();
  }
}

/** The clients ask of values whether they are of these classes; ours never are. */
class FormData {}
class Response {}

const missing = {
  setTimeout,
  clearTimeout,
  ReadableStream,
  AbortController: transferableAbortController().constructor,
  Headers: PlainHeaders,
  FormData,
  Response,
  Blob,
};
for (const [name, value] of Object.entries(missing)) {
  if (!(name in globalThis)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
}
