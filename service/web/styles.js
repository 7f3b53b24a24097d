/** The stylesheet of the shadow root; a host page's policy need not allow styles for it. */
const file = await fetch(new URL("chat.css", import.meta.url));

export const sheet = new CSSStyleSheet();
sheet.replaceSync(await file.text());
