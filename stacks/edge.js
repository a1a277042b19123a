// Runs in CloudFront before its cache is looked at. What answers differ by must be in the path: the
// managed policy keeps them by that alone, and forwards no header. So the path becomes
// /~HOST/~LANGUAGE/PATH where the language is the browser's choice, and /~HOST/PATH elsewhere.
var LANGUAGES = ["en", "sv", "nl"];
var ALIKE = ["api", "assets", "metrics", "robots.txt"].concat(LANGUAGES);

function preferred(header) {
  var best = 0, chosen = LANGUAGES[0];
  header.toLowerCase().split(",").forEach(function (part) {
    var pieces = part.split(";"), tag = pieces[0].trim().split("-")[0], weight = 1;
    pieces.slice(1).forEach(function (one) {
      if (one.trim().indexOf("q=") === 0) weight = parseFloat(one.trim().slice(2));
    });
    if (LANGUAGES.indexOf(tag) >= 0 && weight > best) {
      best = weight;
      chosen = tag;
    }
  });
  return chosen;
}

function handler(event) {
  var request = event.request, path = request.uri, headers = request.headers;
  var alike = ALIKE.indexOf(path.split("/")[1]) >= 0 || path.endsWith(".svg");
  var accepts = headers["accept-language"] ? headers["accept-language"].value : "";
  var language = alike ? "" : "/~" + preferred(accepts);
  request.uri = "/~" + headers.host.value + language + path;
  return request;
}
