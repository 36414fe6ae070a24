package dev.caravan.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** What the machine offers. The old flat booleans stand beside the newer objects, so that clients of either version find theirs. */
public final class HardwareApi extends ApiRoutes {

    private final Supplier<Optional<Gpu>> gpu;

    /** @param gpu must answer at once */
    public HardwareApi(Supplier<Optional<Gpu>> gpu) {
        super("hardware", "What the machine offers");
        this.gpu = gpu;
    }

    @Override
    protected void operations() {
        get("/api/v1/hardware/info", "getHardwareInfo", "GPU memory and desktop video links", request -> info());
    }

    private Reply info() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("vram_gb", gpu.get().map(Gpu::vramGb).orElse(null));
        body.put("gpu_name", gpu.get().map(Gpu::name).orElse(null));
        link(body, "spout", "Spout is Windows-only");
        link(body, "ndi", "NDI SDK not found");
        link(body, "syphon", "Syphon is macOS-only");
        return Reply.json(body);
    }

    private static void link(Map<String, Object> body, String name, String reason) {
        Map<String, Object> link = new LinkedHashMap<>();
        link.put("available", false);
        link.put("reason", reason);
        link.put("install_hint", null);
        body.put(name, link);
        body.put(name + "_available", false);
    }
}
