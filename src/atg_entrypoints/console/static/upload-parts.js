// An upload by parts, straight to the store: a part that fails is sent again, and after a break the same file goes on
// from the parts that have arrived, also when the page was closed meanwhile.
import { call } from "./console.js";

const TRIES = 4;
const PAUSE_MS = 1000;
const KEPT_MS = 20 * 3600 * 1000;
/** Of an upload that can not be completed any more: wrong parts, not there, too large. */
const LOST = new Set([400, 404, 413]);

/** @typedef {{part_number: number, url: string}} Part */
/** @typedef {{upload_id: string, key: string, part_size: number, parts: Part[], etags: Record<number, string>, at: number}} Begun */
/** @typedef {{key: string, size: number, content_type: string}} Stored */

/**
 * @param {File} file
 * @param {string} prefix Of the key that it gets in the store.
 * @param {string} base What the service calls itself; a page may know it by another name.
 * @param {(share: number) => void} told Of how much has arrived, 0 to 1.
 * @returns {Promise<Stored>}
 */
export async function uploadByParts(file, prefix, base, told) {
  const name = `atg-upload:${prefix}:${file.name}:${file.size}:${file.lastModified}`;
  const begun = kept(name) ?? (await begin(file, prefix));
  for (const { part_number, url } of begun.parts) {
    const start = (part_number - 1) * begun.part_size;
    const part = file.slice(start, start + begun.part_size);
    const here = url.startsWith(`${base}/`) ? url.slice(base.length) : url;
    begun.etags[part_number] ??= await sent(here, part, (bytes) => told((start + bytes) / file.size));
    localStorage.setItem(name, JSON.stringify(begun));
    told((start + part.size) / file.size);
  }
  const parts = begun.parts.map(({ part_number }) => ({ part_number, etag: begun.etags[part_number] }));
  try {
    const stored = await call("POST", "/files/presign-upload/multipart/complete", { upload_id: begun.upload_id, parts });
    localStorage.removeItem(name);
    return stored;
  } catch (fault) {
    if (LOST.has(/** @type {{status?: number}} */ (fault).status ?? 0)) localStorage.removeItem(name);
    throw fault;
  }
}

/** @param {string} name @returns {Begun | null} What was begun a day ago is gone. */
function kept(name) {
  const begun = JSON.parse(localStorage.getItem(name) ?? "null");
  return begun && Date.now() - begun.at < KEPT_MS ? begun : null;
}

/** @param {File} file @param {string} prefix @returns {Promise<Begun>} */
async function begin(file, prefix) {
  const ending = /\.[a-z0-9]{1,10}$/i.exec(file.name)?.[0].toLowerCase() ?? "";
  const key = `${prefix}${crypto.randomUUID()}${ending}`;
  const begun = await call("POST", "/files/presign-upload/multipart", { key, size: file.size });
  return { ...begun, etags: {}, at: Date.now() };
}

/** @param {string} url @param {Blob} part @param {(bytes: number) => void} told @returns {Promise<string>} Its ETag. */
async function sent(url, part, told) {
  for (let tried = 1; ; tried += 1) {
    const { status, etag } = await put(url, part, told);
    if (status === 200 && etag) return etag;
    if ((status !== 0 && status < 500) || tried === TRIES) throw new Error("");
    await new Promise((done) => setTimeout(done, PAUSE_MS * 2 ** (tried - 1)));
  }
}

/** `fetch` does not tell how far it has come. @param {string} url @param {Blob} part @param {(bytes: number) => void} told */
function put(url, part, told) {
  return /** @type {Promise<{status: number, etag: string | null}>} */ (
    new Promise((done) => {
      const request = new XMLHttpRequest();
      request.upload.addEventListener("progress", (event) => told(event.loaded));
      request.addEventListener("loadend", () => {
        done({ status: request.status, etag: request.getResponseHeader("etag") });
      });
      request.open("PUT", url);
      request.send(part);
    })
  );
}
