/** The page around the chat: its language. */
import "./element.js";
import { language } from "./texts.js";

const asked = new URLSearchParams(location.search).get("lang");
document.documentElement.lang = language(asked ?? navigator.language);
