// Opens a PDF by its URL as a page with PDF.js does, and prints what it found once page one can be shown.
// Usage: node page_one.mjs URL TOKEN
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";

const [url, token] = process.argv.slice(2);
const task = getDocument({
  url,
  httpHeaders: { Authorization: `Bearer ${token}` },
  disableRange: false,
  disableStream: true,
  disableAutoFetch: true,
  verbosity: 0,
});
const pdf = await task.promise;
const page = await pdf.getPage(1);
const operators = await page.getOperatorList();
const text = (await page.getTextContent()).items.map((item) => item.str).join(" ");
console.log(JSON.stringify({ pages: pdf.numPages, operators: operators.fnArray.length, text }));
await task.destroy();
