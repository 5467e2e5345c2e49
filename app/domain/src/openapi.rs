//! How use cases look in JSON, described for the OpenAPI document.
//!
//! Most types describe themselves by deriving. Those whose JSON form is written by hand are described here,
//! from the same declarations that read and write them.

use crate::field::{Catalogue, Choice, Kind, LONGEST_KEY};
use crate::use_case::{Field, UseCase};
use utoipa::openapi::schema::{
    AdditionalProperties, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// Name of the schema of an uncertain number.
const RANGE: &str = "Range";

/// A closed list of answers: the codes, with their labels in the description.
pub(crate) fn choice<C: Choice>() -> RefOr<Schema> {
    let labels: Vec<String> =
        C::ALL.iter().map(|answer| format!("`{}`: {}", answer.code(), answer.label())).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(C::ALL.iter().map(|answer| answer.code())))
        .description(Some(labels.join("; ")))
        .into()
}

impl PartialSchema for Field {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Self::ALL.iter().map(|field| field.name())))
            .description(Some("Names a field of a use case."))
            .into()
    }
}

impl ToSchema for Field {}

impl PartialSchema for UseCase {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .description(Some(
                "Everything the engine is told about one task. Each field may be left out or `null`: unknown is \
                 an answer, carried through to the decision.",
            ))
            .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
        Field::ALL.iter().fold(object, |object, field| object.property(field.name(), of_field(*field))).into()
    }
}

impl ToSchema for UseCase {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((RANGE.to_owned(), range()));
    }
}

fn of_field(field: Field) -> Schema {
    let nullable = |schema_type: Type| SchemaType::from_iter([schema_type, Type::Null]);
    let about = ObjectBuilder::new().title(Some(field.label()));
    match field.kind() {
        Kind::Number { min, max, unit, whole, none_word } => {
            number(field, [min, max], unit, whole, none_word)
        }
        Kind::Choice(answers) => {
            let codes = answers.iter().map(|(code, _)| Some(*code));
            let labels: Vec<String> =
                answers.iter().map(|(code, label)| format!("`{code}`: {label}")).collect();
            about
                .schema_type(nullable(Type::String))
                .enum_values(Some(codes.chain([None])))
                .description(Some(format!("{} {}.", field.help(), labels.join("; "))))
                .into()
        }
        Kind::Catalogue(list) => about
            .schema_type(nullable(Type::String))
            .min_length(Some(1))
            .max_length(Some(LONGEST_KEY))
            .description(Some(format!(
                "{} The `key` of an entry in `{}` of the price book.",
                field.help(),
                list_name(list)
            )))
            .into(),
        Kind::Text(limit) => about
            .schema_type(nullable(Type::String))
            .max_length(Some(limit))
            .description(Some(field.help()))
            .into(),
    }
}

fn number(field: Field, [min, max]: [f64; 2], unit: &str, whole: bool, none_word: bool) -> Schema {
    let point = ObjectBuilder::new()
        .schema_type(Type::Number)
        .minimum(Some(min))
        .maximum(Some(max))
        .multiple_of(whole.then_some(1.0));
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    let mut forms = OneOfBuilder::new()
        .title(Some(field.label()))
        .description(Some(format!("{} Unit: {unit}.", field.help())))
        .item(point)
        .item(Ref::from_schema_name(RANGE));
    if none_word {
        forms = forms.item(ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["none"])));
    }
    forms.item(nothing).into()
}

fn range() -> RefOr<Schema> {
    let number = || Object::with_type(Type::Number);
    let object = ObjectBuilder::new()
        .description(Some(
            "An uncertain number: `low` ≤ `likely` ≤ `high`, each within the bounds of its field.",
        ))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)));
    ["low", "likely", "high"]
        .into_iter()
        .fold(object, |object, reading| object.property(reading, number()).required(reading))
        .into()
}

fn list_name(list: Catalogue) -> &'static str {
    match list {
        Catalogue::ApiModels => "api_models",
        Catalogue::GpuOffers => "gpu_offers",
        Catalogue::ServingProfiles => "serving_profiles",
    }
}
