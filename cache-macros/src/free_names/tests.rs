//! Which expressions use a name of their surroundings.

use syn::parse_str;

use super::*;

fn uses(expression: &str) -> bool {
    free_use(&parse_str(expression).unwrap(), &parse_str("id").unwrap()).is_some()
}

#[test]
fn an_expression_uses_what_it_does_not_bind() {
    for expression in [
        "id",
        "f(id)",
        "id()",
        "id.field",
        "x[id]",
        "Point { x: id }",
        "Point { id }",
        "|x| x == id",
        "|x: u8| { let y = id; x == y }",
        "{ let id = id; id }",
        "{ f(id); let id = 1; }",
        "if let Some(id) = id { 1 } else { 2 }",
        "if let Some(id) = x { 1 } else { id }",
        "match x { Some(id) => 1, None => id }",
        "match x { Some(y) if y == id => 1, _ => 2 }",
        "for id in id {}",
        "move || id",
        "f(|id| id, id)",
        "format!(\"{id}\")",
        "format!(\"{id:?} {}\", x)",
        "format!(\"{x:id$}\")",
        "format!(\"{}\", id)",
        "vec![1, id]",
        "matches!(id, Some(id) if id > 1)",
        "match u { Some(v) if (|id: u64| id > *v)(1) => id, _ => 2 }",
        "format!(\"{x:>id$}\")",
        "format!(\"{x:.1$} {id}\", y)",
        "format!(\"{}\", format!(\"{id}\"))",
        "format!(\"{a}\", a = id)",
        "{ let Some(x) = id else { return 1 }; x }",
        "async { id }",
        "loop { break id }",
        "json!({\"a\": id})",
        "matches!(x, Some(y) if *y == id)",
        "unknown!(a => id)",
    ] {
        assert!(uses(expression), "{expression}");
    }
}

#[test]
fn fields_methods_paths_and_bound_names_are_other_names() {
    for expression in [
        "u.id",
        "u.id()",
        "config().id",
        "id::timeout()",
        "crate::id",
        "Point { id: 1 }",
        "|u| u.id != 0",
        "|id| id != 0",
        "|User { id, .. }| *id != 0",
        "|Some((a, id))| id > a",
        "{ let id = 1; f(id) }",
        "{ let (id, _) = pair; |x| x == id }",
        "if let Some(id) = x { id } else { 2 }",
        "if let Some(id) = x && id > 1 { id } else { 2 }",
        "while let Some(id) = next() { f(id) }",
        "match x { Some(id) if id > 0 => id, _ => 2 }",
        "for id in list { f(id) }",
        "{ fn id() {} 1 }",
        "format!(\"{{id}}\")",
        "format!(\"id {x}\")",
        "format!(\"{}\", u.id)",
        "matches!(x, Some(id) if *id > 0)",
        "\"{id}\".len()",
        "format!(\"{id}\", id = u)",
        "debug!(id = *u, \"x\")",
        "vec![u.iter().map(|id| format!(\"{id}\"))]",
        "assert!(true, \"{}\", { let id = u; format!(\"{id}\") })",
        "println!(\"{}\", \"{id}\")",
        "format!(\"{u:>wid$}\")",
        "{ fn id() -> u64 { 1 } id() }",
        "{ const id: u8 = 1; f(id) }",
        "{ use x::id; id() }",
        "json!({\"id\": u.id})",
        "debug!(%x.id)",
        "{ let Some(id) = x else { return 1 }; id }",
        "match x { y @ Some(id) => id, _ => 2 }",
    ] {
        assert!(!uses(expression), "{expression}");
    }
}
