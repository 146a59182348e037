// Shows a part of the description of the API, by its tags; nothing is asked of any other host.
window.addEventListener("DOMContentLoaded", async () => {
  const place = document.getElementById("api");
  const tags = new Set(place.dataset.tags.split(" "));
  const whole = await (await fetch(place.dataset.description)).json();
  const isWanted = (operation) => !operation.tags || operation.tags.some((tag) => tags.has(tag));
  const paths = {};
  Object.entries(whole.paths).forEach(([path, own]) => {
    const found = Object.entries(own).filter(([, operation]) => isWanted(operation));
    if (found.some(([, operation]) => operation.tags)) {
      paths[path] = Object.fromEntries(found);
    }
  });
  window.SwaggerUIBundle({
    spec: { ...whole, paths: paths, tags: whole.tags.filter((tag) => tags.has(tag.name)) },
    domNode: place,
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    validatorUrl: null,
    tryItOutEnabled: true,
  });
});
