// One tag is all a site needs, of a module or not. The address of another origin's script that is no
// module is known to its tag alone.
import(document.currentScript ? new URL("static/element.js", document.currentScript.src).href : "./static/element.js");
