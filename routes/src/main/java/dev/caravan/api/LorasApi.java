package dev.caravan.api;

import dev.caravan.api.loras.LoraFile;
import dev.caravan.api.loras.LoraLibrary;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.util.Map;

/** Adapter files that can be named in a load (contract §1.6). */
public final class LorasApi extends ApiRoutes {

    private static final String INSTALL = "/api/v1/loras";
    private static final String DOWNLOAD = "/api/v1/lora/download";

    private final LoraLibrary library;

    public LorasApi(LoraLibrary library) {
        super("loras", "Adapter files that can be named in a load");
        this.library = library;
    }

    @Override
    protected void operations() {
        get("/api/v1/loras", "listLoras", "Adapter files, by folder and name", request -> list());
        get("/api/v1/lora/list", "listLorasOldName", "The same under its older name", request -> list());
        post(INSTALL, "installLora", "Fetch an adapter from CivitAI or Hugging Face; answers when it is there", LorasApi::elsewhere)
                .jsonBody("url, filename", Map.of("url", "https://huggingface.co/owner/name/resolve/main/style.safetensors"))
                .answers(400, "an address of another site, a name that is none, too large, or no safetensors file")
                .answers(401, "the site wants a token")
                .answers(403, "the site refuses")
                .answers(404, "the site has no such file")
                .answers(409, "there is such a file, or it is being fetched")
                .answers(502, "the site cannot be reached");
        post(DOWNLOAD, "downloadLora", "Fetch an adapter by what is known of it; answers when it is there", LorasApi::elsewhere)
                .jsonBody(
                        "source (huggingface, civitai or url), repo_id, hf_filename, model_id, version_id, url, subfolder, "
                                + "expected_sha256, civitai_token",
                        Map.of("source", "huggingface", "repo_id", "owner/name", "hf_filename", "style.safetensors"))
                .answers(400, "something the source needs is missing, another digest, too large, or no safetensors file")
                .answers(409, "there is another such file, or it is being fetched")
                .answers(422, "no source")
                .answers(502, "the server cannot be reached");
        delete("/api/v1/loras/{name}", "deleteLora", "Delete an adapter file", this::remove)
                .path("name", "file name without its extension; at the top or in a sub-folder")
                .answers(403, "a shared sample")
                .answers(404, "no such file");
        put("/api/v1/lora/{filename}/provenance", "putLoraProvenance", "Record where an adapter came from", this::provenance)
                .path("filename", "file name, with its sub-folder and %2F before it where it has one")
                .jsonBody("source (huggingface, civitai, url or local), repo_id, hf_filename, model_id, version_id, url",
                        Map.of("source", "huggingface", "repo_id", "owner/name", "hf_filename", "style.safetensors"))
                .answers(400, "not a file name")
                .answers(403, "a shared sample")
                .answers(404, "no such file")
                .answers(422, "no source");
    }

    /** Puts the operations that take minutes on the server's router. */
    public void mount(Router router, LongCalls calls) {
        calls.mount(router, HttpMethod.POST, INSTALL, this::install);
        calls.mount(router, HttpMethod.POST, DOWNLOAD, this::download);
    }

    Reply list() {
        return Reply.json(Map.of("lora_files", library.list().stream().map(LoraFile::json).toList()));
    }

    Reply install(Request request) throws IOException, InterruptedException {
        return Reply.json(library.install(request.requireObject()));
    }

    Reply download(Request request) throws IOException, InterruptedException {
        return Reply.json(library.download(request.requireObject()));
    }

    Reply remove(Request request) throws IOException {
        String name = request.path("name");
        library.delete(name);
        return Reply.json(Map.of("success", true, "message", "Successfully deleted '" + name + "'"));
    }

    Reply provenance(Request request) throws IOException {
        return Reply.json(library.provenance(request.path("filename"), request.requireObject()));
    }

    private static Reply elsewhere(Request request) {
        throw new IllegalStateException("this operation is answered by LongCalls, which is not mounted");
    }
}
