// Starts Swagger UI on this gateway's own document. Nothing is asked of any other host: no validator,
// no sample document, and no top bar to load one from elsewhere.
const NoTopbar = () => ({ components: { Topbar: () => null } });

window.addEventListener("load", () => {
  window.ui = SwaggerUIBundle({
    url: "../openapi.json",
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    persistAuthorization: false,
    tryItOutEnabled: true,
    defaultModelsExpandDepth: 0, // the schemas below the operations are folded
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
    plugins: [NoTopbar],
    layout: "StandaloneLayout",
  });
});
