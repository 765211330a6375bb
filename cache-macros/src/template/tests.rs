use super::{Template, parse};

fn texts(template: &Template) -> Vec<String> {
    template.placeholders.iter().map(super::Placeholder::text).collect()
}

fn errors(text: &str) -> Vec<String> {
    parse(text).expect_err(text)
}

#[test]
fn pieces_surround_placeholders() {
    let template = parse("user:{id}:{name}").unwrap();
    assert_eq!(template.pieces, ["user:", ":", ""]);
    assert_eq!(texts(&template), ["{id}", "{name}"]);
    assert_eq!(parse("stats:daily").unwrap().pieces, ["stats:daily"]);
}

#[test]
fn fields_may_be_nested_and_numbered() {
    let template = parse("{self.shop.id}:{pair.0.1}").unwrap();
    assert_eq!(texts(&template), ["{self.shop.id}", "{pair.0.1}"]);
    assert_eq!(template.placeholders[1].fields, ["0", "1"]);
}

#[test]
fn doubled_braces_are_braces() {
    assert_eq!(parse("a{{b}}c").unwrap().pieces, ["a{b}c"]);
    let template = parse("{{{id}}}").unwrap();
    assert_eq!(template.pieces, ["{", "}"]);
    assert_eq!(texts(&template), ["{id}"]);
}

#[test]
fn an_escaped_brace_separates() {
    assert_eq!(parse("{a}{{{b}").unwrap().pieces, ["", "{", ""]);
}

#[test]
fn names_may_be_in_any_script() {
    assert_eq!(texts(&parse("{größe}:{名}:{_x1}").unwrap()), ["{größe}", "{名}", "{_x1}"]);
}

#[test]
fn every_mistake_is_told() {
    let wrong = errors("{}:{a}{b}:{c:?}:{d");
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    assert!(wrong[0].contains("`{}`") && wrong[1].contains("`{a}:{b}`"), "{wrong:?}");
    assert!(wrong[2].ends_with("write `{c}`") && wrong[3].contains("`{d` is not closed"), "{wrong:?}");
}

#[test]
fn what_is_no_name_is_refused() {
    for text in ["{id + 1}", "{user.name()}", "{1}", "{.id}", "{id.}", "{a..b}", "{ id }", "{r#type}"] {
        assert_eq!(errors(text).len(), 1, "{text}");
    }
    assert!(errors("{ id }")[0].ends_with("write `{id}`"));
}

#[test]
fn lone_braces_and_empty_keys_are_refused() {
    assert!(errors("a}b")[0].contains("`}}`"));
    assert!(errors("a{b{c}")[0].contains("`{b` is not closed"));
    assert!(errors("")[0].contains("empty"));
}
