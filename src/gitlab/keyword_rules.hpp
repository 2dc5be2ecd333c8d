#pragma once

#include "gitlab/shape.hpp"

namespace statelane::gitlab {

// What holds between the keys of a map, for the table in keywords.cpp. Each is named after what it looks at.

void check_cache_key_files(const yaml::Value& map, ShapeCheck& check);
void check_artifacts(const yaml::Value& map, ShapeCheck& check);
void check_cluster(const yaml::Value& map, ShapeCheck& check);
void check_options(const yaml::Value& map, ShapeCheck& check);
void check_has_paths(const yaml::Value& map, ShapeCheck& check);
void check_token(const yaml::Value& map, ShapeCheck& check);
void check_input(const yaml::Value& map, ShapeCheck& check);
void check_job_input(const yaml::Value& map, ShapeCheck& check);
void check_matrix(const yaml::Value& map, ShapeCheck& check);
void check_need(const yaml::Value& map, ShapeCheck& check);
void check_need_of_rule(const yaml::Value& map, ShapeCheck& check);
void check_not_empty(const yaml::Value& map, ShapeCheck& check);
void check_exists(const yaml::Value& map, ShapeCheck& check);
void check_rule(const yaml::Value& map, ShapeCheck& check);
void check_include(const yaml::Value& map, ShapeCheck& check);
void check_secret(const yaml::Value& map, ShapeCheck& check);
void check_job(const yaml::Value& map, ShapeCheck& check);
void check_root(const yaml::Value& map, ShapeCheck& check);

}  // namespace statelane::gitlab
