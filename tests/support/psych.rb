# Prints each document of the file, separated by lines of "=====", as Psych reads it under GitLab's settings; one line
# of JSON each, with numbers for keys as strings, or "refused".
require "json"
require "yaml"

def plain(value)
  case value
  when Hash then value.map { |key, each| [key.is_a?(String) || key.is_a?(Integer) ? key.to_s : raise("key"), plain(each)] }.to_h
  when Array then value.map { |each| plain(each) }
  when Symbol then raise "symbol"
  when Float then value.nan? || value.infinite? ? value.to_s : value
  else value
  end
end

File.read(ARGV[0], encoding: "UTF-8").split("\n=====\n").each do |text|
  begin
    puts JSON.generate([plain(YAML.safe_load(text, aliases: true))])
  rescue StandardError
    puts "refused"
  end
end
