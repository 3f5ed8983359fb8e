/** Saves content as a file. */

/** @param {string} name @param {string} type @param {BlobPart} content */
export function save(name, type, content) {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // Later, as the browser reads the address after the click has returned
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
