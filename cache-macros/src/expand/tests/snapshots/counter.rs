pub fn page_views(page_id: u64) -> ::cache_runtime::Counter {
    let _ = &page_id;
    let key = private::template_key(
        &["page:views:", ""],
        &[&page_id],
        None,
        private::FunctionPath::of(
            &|| (),
            &{
                fn here() {}
                here
            },
            false,
        ),
        &[],
    );
    private::counter(
        private::CallOptions::DEFAULT
            .expires_in(private::Ttl::After(private::Duration::new(3600u64, 0u32))),
        key,
    )
}
