/** The page around the chat. */
import "./pagelanguage.js";
import "./element.js";
