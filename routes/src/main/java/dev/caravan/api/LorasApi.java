package dev.caravan.api;

import dev.caravan.api.loras.LoraFile;
import dev.caravan.api.loras.LoraFolder;
import java.util.Map;

/** Adapter files that can be named in a load (contract §1.6). */
public final class LorasApi extends ApiRoutes {

    private final LoraFolder folder;

    public LorasApi(LoraFolder folder) {
        super("loras", "Adapter files that can be named in a load");
        this.folder = folder;
    }

    @Override
    protected void operations() {
        get("/api/v1/loras", "listLoras", "Adapter files, by folder and name", request -> list());
        get("/api/v1/lora/list", "listLorasOldName", "The same under its older name", request -> list());
    }

    Reply list() {
        return Reply.json(Map.of("lora_files", folder.list().stream().map(LoraFile::json).toList()));
    }
}
