/** Turns text into a file that the browser saves. */

/** @param {string} name @param {string} type @param {string} text */
export function save(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  // Later, as the browser reads the address after the click has returned
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
