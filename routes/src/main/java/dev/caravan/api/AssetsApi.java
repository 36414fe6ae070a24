package dev.caravan.api;

import dev.caravan.api.assets.Asset;
import dev.caravan.api.assets.AssetFolder;
import dev.caravan.api.assets.AssetKind;
import java.nio.file.Path;
import java.util.Map;

/** Reference images, clips and sounds of clients (contract §1.5). */
public final class AssetsApi extends ApiRoutes {

    private final AssetFolder folder;

    public AssetsApi(AssetFolder folder) {
        super("assets", "Reference images, clips and sounds");
        this.folder = folder;
    }

    @Override
    protected void operations() {
        get("/api/v1/assets", "listAssets", "Stored files, newest first", this::list)
                .query("type", "image, video or audio; anything else means all");
        post("/api/v1/assets", "uploadAsset", "Store a file", request -> {
                    throw new IllegalStateException("uploads are answered by AssetUploads, which is not mounted");
                })
                .requiredQuery("filename", "name, sub-folders allowed; an existing file is replaced")
                .bytesBody("application/octet-stream", "the file's bytes, not multipart")
                .answers(400, "wrong extension, bad name or too large")
                .answers(422, "no filename");
        get("/api/v1/assets/{path*}", "getAsset", "One stored file; byte ranges are honoured", this::file)
                .path("path", "path below the assets folder")
                .produces("application/octet-stream")
                .answers(403, "outside the folder")
                .answers(404, "no such file");
    }

    Reply list(Request request) {
        return Reply.json(Map.of(
                "assets", folder.list(request.query("type").flatMap(AssetKind::named)).stream().map(Asset::json).toList()));
    }

    Reply file(Request request) {
        Path file = folder.find(request.path("path"));
        return Reply.file(AssetKind.contentType(file.getFileName().toString()), file).with("X-Content-Type-Options", "nosniff");
    }
}
