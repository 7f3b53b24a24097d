// Resolved against this script's own address, as a module or not: one tag is all a site needs.
import("./static/element.js");
