#pragma once

#include <string_view>

namespace statelane::terraform {

/// How a file of configuration or values is written.
enum class Syntax { native, json };

/// The syntax by a file's name: JSON when it ends in `.json`.
Syntax syntax_of(std::string_view name);

/// Terraform or OpenTofu loads a file of this name as configuration: `*.tf`, `*.tf.json`, `*.tofu`, `*.tofu.json`, but
/// no hidden files and no editor's backups (Terraform's `configs.IsIgnoredFile`).
bool is_configuration_name(std::string_view name);

/// OpenTofu's own: `*.tofu`, `*.tofu.json`.
bool is_tofu_name(std::string_view name);

/// An override file: `override.tf`, `*_override.tf`, also `.tofu` and `.json`. It is loaded after all others.
bool is_override_name(std::string_view name);

/// A variable file that is loaded without being named: `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars`,
/// `*.auto.tfvars.json`.
bool is_automatic_variable_name(std::string_view name);

/// Any variable file by its name: `*.tfvars`, `*.tfvars.json`.
bool is_variable_name(std::string_view name);

/// `name` without the ending of configuration files: `main` for `main.tofu.json`.
std::string_view configuration_stem(std::string_view name);

}  // namespace statelane::terraform
