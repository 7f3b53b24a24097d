/** The page's language is set before the chat, which keeps to it, begins. */
import { language } from "./texts.js";

const asked = new URLSearchParams(location.search).get("lang");
document.documentElement.lang = language(asked ?? navigator.language);
